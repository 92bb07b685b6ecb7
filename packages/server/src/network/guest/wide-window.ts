import type { Stream } from '@libp2p/interface'
import { limits } from './limits.ts'

/** What of a yamux stream is used. */
interface Window {
  /** Bytes that the other side may send, when all that came is taken. */
  recvWindow: number
  /** Bytes that it may send now. */
  recvWindowCapacity: number
  sendWindowUpdate(): void
}

/**
 * Lets the other side send much before it hears from us. Yamux answers every frame that came with a dozen bytes, which
 * cost a record of TLS and a write to the system; now a short message gets none, and one of a mebibyte gets one.
 */
export function widenWindow(stream: Stream): void {
  if (!hasWindow(stream)) return
  const update = stream.sendWindowUpdate.bind(stream)
  let told = stream.recvWindowCapacity
  let left = 0.75 // of what was told, when more is: sooner while that is little
  stream.sendWindowUpdate = () => {
    if (stream.recvWindowCapacity > told * left) return
    stream.recvWindow = Math.max(stream.recvWindow, limits.receiveWindow)
    update()
    told = stream.recvWindowCapacity
    left = 0.5
  }
}

function hasWindow(stream: object): stream is Window {
  return 'recvWindow' in stream && 'recvWindowCapacity' in stream && 'sendWindowUpdate' in stream && typeof stream.sendWindowUpdate === 'function'
}
