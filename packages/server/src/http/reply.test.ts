import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { sendReply, type Reply } from './reply.ts'

const mib = 1024 * 1024

test('whole bodies come with their length, none with 304', async () => {
  await using server = await serve((incoming) => replies[incoming.url!]!)
  const replies: Record<string, Reply> = {
    '/text': { status: 200, headers: {}, body: 'größe' },
    '/bytes': { status: 200, headers: {}, body: Buffer.from([1, 2, 3]) },
    '/nothing': { status: 301, headers: { location: '/x' } },
    '/same': { status: 304, headers: { etag: '"x"' } },
  }
  expect(await get(server.port, '/text')).toMatchObject({ status: 200, headers: { 'content-length': '7' }, body: Buffer.from('größe') })
  expect(await get(server.port, '/bytes')).toMatchObject({ headers: { 'content-length': '3' }, body: Buffer.from([1, 2, 3]) })
  expect(await get(server.port, '/nothing')).toMatchObject({ status: 301, headers: { 'content-length': '0' } })
  const same = await get(server.port, '/same')
  expect(same.status).toBe(304)
  expect(same.headers['content-length']).toBeUndefined()
  expect(server.failures).toEqual([])
})

test('HEAD sends the headers as they are and does not touch the body', async () => {
  let touched = false
  const body = stream(async function* () {
    touched = true
    yield Buffer.from('x')
  })
  await using server = await serve(() => ({ status: 200, headers: { 'content-length': '123' }, body }))
  expect(await get(server.port, '/', 'HEAD')).toMatchObject({ status: 200, headers: { 'content-length': '123' }, body: Buffer.alloc(0) })
  expect(touched).toBe(false)
})

test('chunks arrive in order, with and without a length, and the connection lives on', async () => {
  const chunks = Array.from({ length: 20 }, (_, i) => Buffer.alloc(100_000, i))
  const all = Buffer.concat(chunks)
  await using server = await serve((incoming) => ({
    status: 200,
    headers: lengthHeader(incoming.url === '/known' ? String(all.length) : undefined),
    body: stream(async function* () {
      yield* chunks
    }),
  }))
  for (const url of ['/known', '/unknown']) expect((await get(server.port, url)).body.equals(all)).toBe(true)
  expect(server.failures).toEqual([])
})

test('a body that fails before its first chunk leaves room for another reply', async () => {
  const body = { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('gone')) }) }
  await using server = await serve(() => ({ status: 200, headers: {}, body }))
  expect(await get(server.port, '/')).toMatchObject({ status: 503 })
  expect(server.failures).toMatchObject([{ code: 'INTERNAL' }])
})

test.each([
  ['throws', '10'],
  ['throws', undefined],
  ['ends early', '10'],
  ['goes on', '2'],
])('a body that %s (length %s) cuts the connection', async (how, length) => {
  const body = stream(async function* () {
    yield Buffer.from('abc'.slice(0, Number(length ?? 3)))
    if (how === 'throws') throw new Error('gone')
    if (how === 'goes on') yield Buffer.from('more')
  })
  await using server = await serve(() => ({ status: 200, headers: lengthHeader(length), body }))
  const socket = connect(server.port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  let seen = ''
  socket.on('data', (data) => (seen += data)).on('error', () => undefined)
  await once(socket, 'close')
  expect(seen).not.toMatch(/\r\n0\r\n\r\n$/)
  expect(seen).not.toContain('more')
  expect(server.failures).toMatchObject([{ code: 'INTERNAL' }])
})

test('a slow client is waited for: the body is not read ahead of it', async () => {
  let yielded = 0
  const body = stream(async function* () {
    for (; yielded < 200; yielded++) yield Buffer.alloc(mib)
  })
  await using server = await serve(() => ({ status: 200, headers: {}, body }))
  const socket = connect(server.port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  socket.pause()
  await sleep(300)
  const stalled = yielded
  // What the kernel buffers on both sides of a loopback connection, and one chunk.
  expect(stalled).toBeLessThan(16)
  let received = 0
  socket.on('data', (data) => (received += data.length)).resume()
  while (received < 50 * mib) await sleep(5)
  expect(yielded).toBeGreaterThan(stalled)
  socket.destroy()
})

test('a client that goes away ends the reading, also while nothing can be written', async () => {
  const ended = Promise.withResolvers<void>()
  const body = stream(async function* () {
    try {
      for (;;) yield Buffer.alloc(mib)
    } finally {
      ended.resolve()
    }
  })
  await using server = await serve(() => ({ status: 200, headers: {}, body }))
  const socket = connect(server.port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await once(socket, 'data')
  socket.pause()
  await sleep(50)
  socket.destroy()
  await ended.promise
  await server.settled()
  expect(server.failures).toMatchObject([{ code: 'ABORTED' }])
})

test('a client that takes nothing, or a little now and then, is cut off in the end', async () => {
  const endless = stream(async function* () {
    for (;;) yield Buffer.alloc(mib)
  })
  const whole = stream(async function* () {
    yield Buffer.alloc(16 * mib)
  })
  for (const body of [endless, whole, Buffer.alloc(16 * mib), 'x'.repeat(16 * mib)]) {
    await using server = await serve(() => ({ status: 200, headers: {}, body }), undefined, 150)
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(socket, 'data')
    socket.pause()
    const sips = setInterval(() => socket.read(100), 10)
    await server.settled()
    clearInterval(sips)
    expect(server.failures).toMatchObject([{ code: 'ABORTED' }])
    socket.destroy()
  }
})

test('whoever asks is told how much the system took: all of it, or what was taken until the client left', async () => {
  const told: number[] = []
  const ended = (bytes: number) => void told.push(bytes)
  const chunks = Array.from({ length: 4 }, () => Buffer.alloc(mib))
  const all = stream(async function* () {
    yield* chunks
  })
  const endless = stream(async function* () {
    for (;;) yield Buffer.alloc(mib)
  })
  const bodies: Record<string, Reply['body']> = { '/all': all, '/text': 'größe', '/endless': endless, '/large': Buffer.alloc(64 * mib), '/middle': Buffer.alloc(mib / 8) }
  await using server = await serve((incoming) => ({ status: 200, headers: {}, body: bodies[incoming.url!], ended }))
  await get(server.port, '/all')
  await get(server.port, '/text')
  await get(server.port, '/text', 'HEAD')
  expect(told).toEqual([4 * mib, 7])
  const socket = connect(server.port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write('GET /endless HTTP/1.1\r\nHost: x\r\n\r\n')
  let received = 0
  socket.on('data', (data) => (received += data.length))
  while (received < 10 * mib) await sleep(2)
  socket.destroy()
  await server.settled()
  const rude = connect(server.port, '127.0.0.1')
  rude.on('error', () => undefined)
  rude.write('GET /large HTTP/1.1\r\nHost: x\r\n\r\n')
  await once(rude, 'data')
  rude.destroy()
  await server.settled()
  await get(server.port, '/large')
  await get(server.port, '/middle')
  expect(told.slice(3)).toEqual([0, 64 * mib, mib / 8])
  // What the kernel holds was written, too.
  expect(told[2]).toBeGreaterThan(9 * mib)
  expect(told[2]! % mib).toBe(0)
})

test.each([
  ['iterated', stream(async function* () {
    for (;;) yield Buffer.alloc(mib)
  })],
  ['whole', Buffer.alloc(64 * mib)],
])('the signal cuts the connection, in the middle of a body that is %s', async (_, body) => {
  const stop = new AbortController()
  await using server = await serve(() => ({ status: 200, headers: {}, body }), stop.signal)
  const socket = connect(server.port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await once(socket, 'data')
  stop.abort()
  socket.resume()
  await once(socket, 'close')
  await server.settled()
  expect(server.failures).toMatchObject([{ code: 'ABORTED' }])
})

function lengthHeader(length: string | undefined): Record<string, string> {
  return length === undefined ? {} : { 'content-length': length }
}

interface Served extends AsyncDisposable {
  port: number
  failures: unknown[]
  /** When every reply has been sent or given up. */
  settled(): Promise<void>
}

async function serve(replyTo: (incoming: IncomingMessage) => Reply, signal = new AbortController().signal, stallMs?: number): Promise<Served> {
  const failures: unknown[] = []
  const sending = new Set<Promise<void>>()
  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    try {
      await sendReply(outgoing, replyTo(incoming), { head: incoming.method === 'HEAD', signal, stallMs })
    } catch (error) {
      failures.push(error)
      if (!outgoing.headersSent) outgoing.writeHead(503).end()
    }
  }
  const server = createServer((incoming, outgoing) => void sending.add(answer(incoming, outgoing)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const settled = async () => void (await Promise.all(sending))
  return {
    port: (server.address() as AddressInfo).port,
    failures,
    settled,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await settled()
    },
  }
}

async function get(port: number, path: string, method = 'GET') {
  const sent = request({ port, path, method, host: '127.0.0.1' }).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return { status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }
}

function stream(make: () => AsyncGenerator<Uint8Array>): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: make }
}
