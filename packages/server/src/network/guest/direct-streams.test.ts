import type { Connection, Libp2p, Stream, StreamMuxer, StreamMuxerFactory } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { until } from '../testing/fetching.ts'
import { directStreams } from './direct-streams.ts'
import { limits } from './limits.ts'

/** What this relies on in libp2p: where one of these fails after an update, streams would go the slow way, or get lost. */
const PROTOCOL = '/test/direct/1.0.0'
const hello = Buffer.from(`\x13/multistream/1.0.0\n\x13${PROTOCOL}\n`)
const muxers = (): ((parts: never) => StreamMuxerFactory) => yamux() as never

let usual = 0 // streams that libp2p negotiated
let dialled: StreamMuxer
let near: Libp2p
let far: Libp2p
let connection: Connection
let heard: { bytes: string; peer: string }[]

beforeAll(async () => {
  near = await node((parts) => watched(directStreams(muxers(), PROTOCOL)(parts as never), (muxer) => counted(muxer)))
  far = await node((parts) => watched(muxers()(parts as never), (muxer) => (dialled = muxer)))
  await near.handle(PROTOCOL, (stream, { remotePeer }) => {
    const entry = { bytes: '', peer: remotePeer.toString() }
    heard.push(entry)
    stream.addEventListener('message', ({ data }) => void (entry.bytes += Buffer.from(data.subarray()).toString()))
    void stream.close()
  })
  await near.handle('/test/other/1.0.0', (stream) => stream.addEventListener('message', ({ data }) => void stream.send(data)))
  connection = await far.dial(near.getMultiaddrs())
})
beforeEach(() => {
  heard = []
  usual = 0
})
afterAll(() => Promise.all([near.stop(), far.stop()]))

it('hands over a stream that says its protocol and its message at once, without libp2p', async () => {
  const stream = await dialled.createStream()
  const answer = bytesOf(stream)
  stream.send(Buffer.concat([hello, Buffer.from('one message')]))
  await stream.close()
  await until(() => heard[0]?.bytes === 'one message')
  expect(heard[0]?.peer).toBe(far.peerId.toString())
  expect(usual).toBe(0)
  await until(() => answer().equals(hello))
  await until(() => stream.status === 'closed')
  await until(() => near.getConnections()[0]?.streams.length === 0)
})

it('hands over hundreds of them, and each is gone when both sides are done', async () => {
  for (let i = 0; i < 500; i++) {
    const stream = await dialled.createStream()
    stream.send(Buffer.concat([hello, Buffer.from(String(i))]))
    await stream.close()
  }
  await until(() => heard.length === 500 && near.getConnections()[0]?.streams.length === 0)
  expect(heard.map(({ bytes }) => bytes)).toEqual(Array.from({ length: 500 }, (_, i) => String(i)))
  expect(usual).toBe(0)
})

it('takes much before it answers, and a short message without an answer', async () => {
  const [long, short] = [await dialled.createStream(), await dialled.createStream()]
  const updates = { long: countedUpdates(long), short: countedUpdates(short) }
  long.send(Buffer.concat([hello, Buffer.alloc(3 << 20, 'a')]))
  short.send(Buffer.concat([hello, Buffer.alloc(16 << 10, 'b')]))
  await until(() => heard.reduce((sum, { bytes }) => sum + bytes.length, 0) === (3 << 20) + (16 << 10))
  expect(updates.long()).toBeGreaterThan(0)
  expect(updates.long()).toBeLessThan(10)
  expect(updates.short()).toBeLessThan(2)
})

it('understands a greeting that comes byte by byte', async () => {
  const stream = await dialled.createStream()
  for (const byte of Buffer.concat([hello, Buffer.from('slow')])) {
    stream.send(Buffer.of(byte))
    await new Promise((resolve) => setImmediate(resolve))
  }
  await until(() => heard[0]?.bytes === 'slow')
  expect(usual).toBe(0)
})

it('understands how js-libp2p asks', async () => {
  const stream = await connection.newStream(PROTOCOL)
  stream.send(Buffer.from('hello'))
  await until(() => heard[0]?.bytes === 'hello')
  expect(usual).toBe(0)
})

it('leaves every other protocol to libp2p', async () => {
  const stream = await connection.newStream('/test/other/1.0.0')
  const answer = bytesOf(stream)
  stream.send(Buffer.from('echo'))
  await until(() => answer().toString() === 'echo')
  await expect(connection.newStream('/test/unknown/1.0.0')).rejects.toThrow()
  // Asked for several, libp2p begins with the first.
  const second = await connection.newStream(['/test/unknown/1.0.0', PROTOCOL])
  second.send(Buffer.from('second choice'))
  await until(() => heard[0]?.bytes === 'second choice')
  expect(usual).toBe(3)
})

it('is not troubled by garbage, by half a greeting, nor by streams that break off', async () => {
  for (const words of [Buffer.from('garbage'), hello.subarray(0, 10), Buffer.alloc(0)]) {
    const stream = await dialled.createStream()
    if (words.length > 0) stream.send(words)
    await stream.close()
    const broken = await dialled.createStream()
    if (words.length > 0) broken.send(words)
    broken.abort(new Error('enough'))
  }
  const stream = await dialled.createStream()
  stream.send(Buffer.concat([hello, Buffer.from('still here')]))
  await until(() => heard[0]?.bytes === 'still here')
})

it('waits for few streams that say nothing: libp2p gives the others their time', async () => {
  const silent = await Promise.all(Array.from({ length: limits.unsaidStreams + 5 }, () => dialled.createStream()))
  await until(() => usual === 5)
  silent[0]?.send(Buffer.concat([hello, Buffer.from('the first')]))
  silent.at(-1)?.send(Buffer.concat([hello, Buffer.from('the last')]))
  await until(() => heard.length === 2)
  await until(() => heard.map(({ bytes }) => bytes).toSorted().join() === 'the first,the last')
  for (const stream of silent) stream.abort(new Error('enough'))
})

function node(streamMuxer: (parts: object) => StreamMuxerFactory): Promise<Libp2p> {
  return createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [tls()],
    streamMuxers: [streamMuxer],
    connectionMonitor: { enabled: false },
  })
}

function watched(factory: StreamMuxerFactory, onMuxer: (muxer: StreamMuxer) => void): StreamMuxerFactory {
  const create = factory.createStreamMuxer.bind(factory)
  factory.createStreamMuxer = (encrypted) => {
    const muxer = create(encrypted)
    onMuxer(muxer)
    return muxer
  }
  return factory
}

/** Counts the streams that reach libp2p's own listener. */
function counted(muxer: StreamMuxer): void {
  const listen = muxer.addEventListener.bind(muxer)
  muxer.addEventListener = (type, listener, options) =>
    listen(type, (event) => {
      usual++
      if (typeof listener === 'function') listener(event)
    }, options)
}

/** How often the other side was told that it may send more; its own end of the stream and ours may be told so too. */
function countedUpdates(stream: Stream): () => number {
  const yamuxStream = stream as Stream & { handleWindowUpdate(frame: unknown): void }
  const handle = yamuxStream.handleWindowUpdate.bind(stream)
  let count = 0
  yamuxStream.handleWindowUpdate = (frame) => {
    count++
    handle(frame)
  }
  return () => count
}

function bytesOf(stream: Stream): () => Buffer {
  const parts: Uint8Array[] = []
  stream.addEventListener('message', ({ data }) => void parts.push(data.subarray()))
  return () => Buffer.concat(parts)
}
