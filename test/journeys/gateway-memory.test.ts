import { readFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { client, pattern } from '../support/api.ts'
import { startServer, type TestServer } from '../support/server.ts'

const megabyte = 2 ** 20
let server: TestServer
let path: string

beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none' })
  const { body } = await client(server.url, await server.createKey()).upload(pattern(100 * megabyte))
  path = `/ipfs/${body.roots[0].cid}`
  // What the upload took is no measure.
  await server.rest(async () => {})
})
afterAll(() => server?.stop())

async function residentMemory(): Promise<number> {
  return (Number(/VmRSS:\s+(\d+) kB/.exec(await readFile(`/proc/${server.pid}/status`, 'utf8'))?.[1]) * 1024) / megabyte
}

function ask(query: string): Socket {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  socket.pause().write(`GET ${path}${query} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)
  return socket
}

test.each(['', '?format=car', '?format=tar'])('twenty slow clients on 100 MiB take no more than 64 MiB: "%s"', async (query) => {
  // What a first reader takes stays.
  expect((await (await fetch(`${server.url}${path}${query}`)).arrayBuffer()).byteLength).toBeGreaterThanOrEqual(100 * megabyte)
  const before = await residentMemory()
  const clients = Array.from({ length: 20 }, () => ask(query))
  let most = 0
  let read = 0
  for (let i = 0; i < 20; i++) {
    await sleep(50)
    for (const socket of clients) read += (socket.read() as Buffer | null)?.length ?? 0
    most = Math.max(most, await residentMemory())
  }
  for (const socket of clients) socket.destroy()
  expect(read).toBeGreaterThan(20 * megabyte)
  expect(most - before).toBeLessThan(64)
})
