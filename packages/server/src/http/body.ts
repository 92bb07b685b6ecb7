import type { IncomingMessage } from 'node:http'
import { fault } from '../kernel/faults.ts'

/** Small pieces are the tax on big bodies: what comes is gathered into slabs of this size. */
const slabBytes = 1024 * 1024

/**
 * The body of a request in slabs, each handed over once. At most one slab is filled ahead of the reader; then the client
 * has to wait. Stopping early leaves the connection usable. Fault ABORTED where the client went away before the end.
 */
export async function* readBody(incoming: IncomingMessage): AsyncIterable<Uint8Array> {
  const declared = Number(incoming.headers['content-length'] ?? slabBytes)
  const newSlab = () => Buffer.allocUnsafeSlow(Math.max(1, Math.min(slabBytes, declared)))
  const full: Uint8Array[] = []
  let slab = newSlab()
  let used = 0
  let ended = incoming.readableEnded
  let broken = incoming.destroyed && !incoming.readableEnded
  let notice = () => {}

  const onData = (piece: Buffer) => {
    for (let at = 0; at < piece.length; ) {
      const taken = piece.copy(slab, used, at)
      at += taken
      used += taken
      if (used < slab.length) continue
      full.push(slab)
      slab = newSlab()
      used = 0
    }
    if (full.length > 0) incoming.pause()
    notice()
  }
  const onEnd = () => {
    ended = true
    notice()
  }
  const onClose = () => {
    broken ||= !ended
    notice()
  }
  incoming.on('data', onData).once('end', onEnd).once('close', onClose).on('error', onClose)
  try {
    for (;;) {
      const next = full.shift()
      if (next) {
        yield next
        continue
      }
      if (ended) break
      if (broken) throw fault('ABORTED')
      await new Promise<void>((resolve) => {
        notice = resolve
        incoming.resume()
      })
    }
    if (used > 0) yield slab.subarray(0, used)
  } finally {
    incoming.off('data', onData).off('end', onEnd).off('close', onClose)
    // What is left of the body is read and dropped by the server, so that the answer can be read.
    incoming.pause()
  }
}
