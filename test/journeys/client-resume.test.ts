import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { Thole } from '@thole/client'
import { fromPath } from '@thole/client/node'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import { startServer, type TestServer } from '../support/server.ts'

const size = 64 << 20
const partBytes = 4 << 20
/** Requests, their headers, names of blocks: all that is not content. */
const overhead = 0.01 * size

let server: TestServer
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let relay: Server
let url: string
let key: string
/** Bytes that clients sent through the relay. */
let sent = 0
let onSent: () => void = () => {}

beforeAll(async () => {
  server = await startServer()
  folder = await temporaryFolder()
  key = await server.createKey()
  relay = createServer(pass).listen(0, '127.0.0.1')
  await once(relay, 'listening')
  url = `http://127.0.0.1:${(relay.address() as AddressInfo).port}`
})
beforeEach(() => {
  sent = 0
  onSent = () => {}
})
afterAll(async () => {
  relay?.close()
  await server?.stop()
  await folder?.[Symbol.asyncDispose]()
})

function pass(client: Socket): void {
  const to = connect(Number(new URL(server.url).port), '127.0.0.1')
  for (const [one, other] of [[client, to], [to, client]] as const) one.on('error', () => other.destroy()).on('close', () => other.destroy())
  client.on('data', (bytes) => {
    sent += bytes.length
    onSent()
  })
  client.pipe(to)
  to.pipe(client)
}

async function newFile(name: string): Promise<string> {
  const path = join(folder.path, name)
  await writeFile(path, randomBytes(size))
  return path
}

/** Resolves when so many bytes were sent. */
function halfWay(): Promise<void> {
  return new Promise((resolve) => {
    onSent = () => sent > size / 2 && resolve()
  })
}

const program = `
  import { Thole } from '@thole/client'
  import { fromPath } from '@thole/client/node'
  const [url, key, path, partBytes] = process.argv.slice(1)
  await new Thole({ url, key }).put((await fromPath(path)).content, { name: 'cut', partBytes: Number(partBytes) })`

it('a put that was killed goes on: what is sent again is no more than what was missing and the parts under way', async () => {
  const path = await newFile('killed')
  const half = halfWay()
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, url, key, path, String(partBytes)], { stdio: 'inherit', cwd: import.meta.dirname })
  await half
  child.kill('SIGKILL')
  await once(child, 'exit')
  const first = sent

  const thole = new Thole({ url, key })
  const { content } = await fromPath(path)
  const { cid } = await thole.build(content)
  const uploads = async () => (await Array.fromAsync(thole.uploads.list())).filter(({ roots }) => roots[0]!.cid === cid)
  const parts = await uploads()
  expect(parts.length).toBeGreaterThan(0)
  expect(parts.every(({ name }) => name === `part of ${cid}`)).toBe(true)
  const there = parts.reduce((sum, { bytes }) => sum + bytes, 0)
  expect(first).toBeLessThan(size)

  sent = 0
  const done = await thole.put(content, { name: 'whole', partBytes })
  expect(done.cid).toBe(cid)
  expect(sent).toBeLessThan(size - there + partBytes + overhead)
  expect(await uploads()).toMatchObject([{ id: done.uploadId, name: 'whole' }])
  expect(await thole.status(cid)).toMatchObject({ state: 'complete', missingCount: 0 })

  sent = 0
  expect(await thole.put(content, { partBytes })).toMatchObject({ cid })
  expect(sent).toBeLessThan(overhead)
})

it('a put goes on by itself when the server was killed in the middle', async () => {
  const path = await newFile('restarted')
  const half = halfWay()
  const thole = new Thole({ url, key, retries: 12 })
  const { content } = await fromPath(path)
  const put = thole.put(content, { partBytes })
  await half
  await server.killAndRestart()
  const { cid } = await put
  expect(sent).toBeLessThan(size + 4 * partBytes + overhead)
  expect(await thole.status(cid)).toMatchObject({ state: 'complete' })
})
