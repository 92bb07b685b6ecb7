import type { ConnectionEncrypter, MessageStream } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import type { Socket } from 'node:net'
import { expect, it } from 'vitest'
import { until } from '../testing/fetching.ts'
import { inOneWrite, socketRoom } from './one-write.ts'

type Encrypters = (parts: never) => ConnectionEncrypter

/** What this relies on in libp2p: where it fails after an update, every record of TLS is a write of its own again. */
it.each([['tls', tls()], ['noise', noise()]] as [string, Encrypters][])('what %s hands over at a time is one write', async (_, encrypters) => {
  const sockets: Socket[] = []
  const seen: Encrypters = (parts) => {
    const encrypter = encrypters(parts)
    const secure = encrypter.secureOutbound.bind(encrypter)
    encrypter.secureOutbound = (connection, options) => {
      sockets.push((connection as MessageStream & { socket: Socket }).socket)
      return secure(connection, options)
    }
    return encrypter
  }
  const [near, far] = await Promise.all([node(inOneWrite(seen)), node(encrypters)])
  let got = 0
  await far.handle('/test/one-write/1.0.0', (stream) => stream.addEventListener('message', ({ data }) => void (got += data.byteLength)))
  const stream = await near.dialProtocol(far.getMultiaddrs(), '/test/one-write/1.0.0')
  const [socket] = sockets
  const lengths: number[] = []
  const write = socket!._writev!.bind(socket)
  socket!._writev = (chunks, done) => {
    lengths.push(chunks.length)
    write(chunks, done)
  }
  stream.send(Buffer.alloc(200_000))
  await until(() => got === 200_000)
  expect(socket!.writableHighWaterMark).toBe(socketRoom)
  expect(Math.max(...lengths)).toBeGreaterThan(1)
  await Promise.all([near.stop(), far.stop()])
})

function node(encrypters: Encrypters) {
  const options = { noDelay: true, highWaterMark: socketRoom }
  return createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp({ dialOpts: options, listenOpts: options })],
    connectionEncrypters: [encrypters as never],
    streamMuxers: [yamux()],
  })
}
