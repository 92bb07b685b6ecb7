import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { MeteredResponse } from './metered-response.ts'

let answer: (outgoing: ServerResponse) => void
let counted: (bytes: number) => void
const server = createServer({ ServerResponse: MeteredResponse }, (_, outgoing) => {
  outgoing.once('close', () => counted((outgoing as MeteredResponse).bodyBytes))
  answer(outgoing)
})
beforeEach(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

/** What the client received, and what was counted. */
async function ask(method: string, how: (outgoing: ServerResponse) => void): Promise<[number, number]> {
  answer = how
  const closed = new Promise<number>((resolve) => (counted = resolve))
  const asked = request({ port: (server.address() as AddressInfo).port, method }).end()
  const [incoming] = (await once(asked, 'response')) as [IncomingMessage]
  let received = 0
  for await (const piece of incoming) received += (piece as Buffer).length
  return [received, await closed]
}

test('counts the bytes of bodies, however they are written', async () => {
  const bytes = Buffer.alloc(300_000)
  const ways: ((outgoing: ServerResponse) => void)[] = [
    (it) => it.end(),
    (it) => it.end('grüße'),
    (it) => it.end('grüße', 'latin1'),
    (it) => it.end(bytes, () => {}),
    (it) => it.writeHead(200, { 'content-length': '300005' }).end(Buffer.alloc(300_005)),
    (it) => void (it.write('a', () => {}), it.write(bytes), it.write('ff', 'hex'), it.end(bytes)),
    (it) => it.writeHead(404).end('not here'),
  ]
  for (const way of ways) {
    const [received, said] = await ask('GET', way)
    expect(said).toBe(received)
  }
})

test('what has no body counts nothing', async () => {
  expect(await ask('HEAD', (it) => it.end('body'))).toEqual([0, 0])
  expect(await ask('GET', (it) => it.writeHead(304).end('body'))).toEqual([0, 0])
  expect(await ask('GET', (it) => it.writeHead(204).end('body'))).toEqual([0, 0])
})

test('of what broke off, what the system took', async () => {
  const chunk = Buffer.alloc(64 << 10)
  answer = (it) => {
    const more = () => {
      while (!it.destroyed && it.write(chunk));
      it.once('drain', more)
    }
    more()
  }
  const closed = new Promise<number>((resolve) => (counted = resolve))
  const asked = request({ port: (server.address() as AddressInfo).port }).end()
  const [incoming] = (await once(asked, 'response')) as [IncomingMessage]
  let received = 0
  for await (const piece of incoming) {
    received += (piece as Buffer).length
    if (received > 3_000_000) break
  }
  const said = await closed
  expect(said).toBeGreaterThanOrEqual(received)
  expect(said - received).toBeLessThan(16 << 20)
})
