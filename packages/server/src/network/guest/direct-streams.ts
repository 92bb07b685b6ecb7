import type { Connection, Libp2p, Stream, StreamHandler, StreamMessageEvent, StreamMuxerFactory } from '@libp2p/interface'
import { Uint8ArrayList } from 'uint8arraylist'
import { gatherSends } from './gather-sends.ts'
import { limits } from './limits.ts'
import { widenWindow } from './wide-window.ts'

/** What of libp2p's own parts is needed. */
interface Parts {
  events: Pick<Libp2p, 'addEventListener'>
  registrar: { getHandler(protocol: string): { handler: StreamHandler } }
}

/**
 * A muxer whose inbound streams of one protocol go straight to the handler of that protocol. Kubo opens a stream for
 * every reply of 16 KiB, and what libp2p does for each (timers, registries, the peer store, rounds of waiting) costs
 * more than reading it. A stream that begins with the header of multistream-select and the protocol is answered with
 * the same bytes, which is the whole negotiation (https://github.com/multiformats/multistream-select); any other goes
 * the usual way, with what was read put back.
 */
export function directStreams(muxers: (parts: never) => StreamMuxerFactory, protocol: string): (parts: Parts) => StreamMuxerFactory {
  const hello = Buffer.concat(['/multistream/1.0.0', protocol].map(line))

  return (parts) => {
    const factory = muxers(parts as never)
    const create = factory.createStreamMuxer.bind(factory)
    // A connection shows the list of streams that its muxer keeps: by that it is found again.
    const connections = new WeakMap<Stream[], Connection>()
    parts.events.addEventListener('connection:open', ({ detail }) => void connections.set(detail.streams, detail))

    function accept(stream: Stream, connection: Connection): void {
      try {
        stream.protocol = protocol
        stream.send(hello)
        widenWindow(stream)
        void parts.registrar.getHandler(protocol).handler(stream, connection)
      } catch (error) {
        stream.abort(error as Error)
      }
    }

    factory.createStreamMuxer = (encrypted) => {
      gatherSends(encrypted)
      const muxer = create(encrypted)
      const listen = muxer.addEventListener.bind(muxer)
      const unsaid = new Set<() => void>()
      muxer.addEventListener = (type, listener, options) => {
        const usual = typeof listener === 'function' ? listener : listener?.handleEvent.bind(listener)
        listen(type, (event) => {
          const connection = connections.get(muxer.streams)
          if (connection === undefined) return usual?.(event)
          greet(event.detail, hello, unsaid, (isMeant) => {
            if (!isMeant) return usual?.(event)
            accept(event.detail, connection)
          })
        }, options)
      }
      return muxer
    }
    return factory
  }
}

/** Tells whether a stream begins so, once that can be told. Streams that say too little for too long are not waited for. */
function greet(stream: Stream, hello: Buffer, unsaid: Set<() => void>, tell: (isMeant: boolean) => void): void {
  const heard = new Uint8ArrayList()

  function decide(isMeant: boolean): void {
    stream.removeEventListener('message', onMessage)
    stream.removeEventListener('remoteCloseWrite', giveUp)
    stream.removeEventListener('close', forget)
    unsaid.delete(giveUp)
    if (isMeant) heard.consume(hello.length)
    if (heard.byteLength > 0) stream.unshift(heard)
    tell(isMeant)
  }

  function onMessage({ data }: StreamMessageEvent): void {
    heard.append(data)
    const both = Math.min(heard.byteLength, hello.length)
    if (hello.compare(heard.subarray(0, both), 0, both, 0, both) !== 0) decide(false)
    else if (both === hello.length) decide(true)
  }

  const giveUp = () => decide(false)
  const forget = () => void unsaid.delete(giveUp)
  stream.addEventListener('message', onMessage)
  stream.addEventListener('remoteCloseWrite', giveUp)
  stream.addEventListener('close', forget)
  unsaid.add(giveUp)
  const [oldest] = unsaid
  if (unsaid.size > limits.unsaidStreams) oldest?.()
}

function line(text: string): Buffer {
  return Buffer.concat([Buffer.of(text.length + 1), Buffer.from(`${text}\n`)])
}
