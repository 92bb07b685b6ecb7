import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
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

/** Bytes that may be on their way between two programs of one machine: what the system keeps for both of them at most. */
async function onTheWay(): Promise<number> {
  const most = async (name: string) => Number((await readFile(`/proc/sys/net/ipv4/${name}`, 'utf8')).trim().split(/\s+/)[2])
  return (await most('tcp_wmem')) + (await most('tcp_rmem'))
}

const mebi = 1 << 20
/** Of all chunks that were still to leave (RFC 9112 §7.1). */
const framing = 2_000
const manners: [string, (outgoing: ServerResponse, bytes: Buffer) => void][] = [
  ['in one piece', (it, bytes) => it.end(bytes)],
  ['in one piece of known length', (it, bytes) => it.writeHead(200, { 'content-length': bytes.length }).end(bytes)],
  ['in pieces that wait for the client', (it, bytes) => {
    let at = 0
    const more = () => {
      while (at < bytes.length && !it.destroyed && it.write(bytes.subarray(at, (at += 300_000))));
      if (at < bytes.length) it.once('drain', more)
      else it.end()
    }
    more()
  }],
  ['in pieces that wait for nobody', (it, bytes) => {
    for (let at = 0; at < bytes.length; at += mebi) it.write(bytes.subarray(at, at + mebi))
    it.end()
  }],
]

describe.each(manners)('of what was sent %s and broke off, what the system took', (_, send) => {
  test.each([[40 * mebi, 1], [40 * mebi, 300_000], [40 * mebi, 12 * mebi], [24 * mebi, 20 * mebi]])('of %i bytes, after %i', async (length, stopAfter) => {
    answer = (it) => send(it, Buffer.alloc(length))
    const closed = new Promise<number>((resolve) => (counted = resolve))
    const asked = request({ port: (server.address() as AddressInfo).port, agent: false }).end()
    const [incoming] = (await once(asked, 'response')) as [IncomingMessage]
    let received = 0
    for await (const piece of incoming) if ((received += (piece as Buffer).length) >= stopAfter) break
    const said = await closed
    expect(said).toBeGreaterThanOrEqual(received - framing)
    expect(said - received).toBeLessThanOrEqual(await onTheWay())
  })

  test('where the server breaks it off, too', async () => {
    let cut: () => void
    answer = (it) => {
      send(it, Buffer.alloc(40 * mebi))
      cut = () => it.destroy()
    }
    const closed = new Promise<number>((resolve) => (counted = resolve))
    const asked = request({ port: (server.address() as AddressInfo).port, agent: false }).end()
    const [incoming] = (await once(asked, 'response')) as [IncomingMessage]
    await once(incoming, 'readable')
    cut!()
    let received = 0
    await (async () => {
      for await (const piece of incoming) received += (piece as Buffer).length
    })().catch(() => {})
    const said = await closed
    expect(said).toBeGreaterThanOrEqual(received - framing)
    expect(said - received).toBeLessThanOrEqual(await onTheWay())
  })
})

test('a response that waits for its turn on a connection that is cut has sent nothing', async () => {
  const all: number[] = []
  const both = new Promise<void>((resolve) => (counted = (bytes) => void (all.push(bytes) === 1 && resolve())))
  const waiting: ServerResponse[] = []
  answer = (it) => {
    waiting.push(it)
    if (waiting.length === 1) it.write('first')
    else it.write(Buffer.alloc(mebi))
  }
  const raw = connect((server.address() as AddressInfo).port, '127.0.0.1')
  raw.write('GET / HTTP/1.1\r\nhost: x\r\n\r\nGET / HTTP/1.1\r\nhost: x\r\n\r\n')
  await once(raw, 'data')
  while (waiting.length < 2) await new Promise((resolve) => setImmediate(resolve))
  raw.destroy()
  await both
  expect(waiting.map((one) => (one as MeteredResponse).bodyBytes)).toEqual([5, 0])
})
