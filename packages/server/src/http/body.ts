import type { IncomingMessage } from 'node:http'
import { fault } from '../kernel/faults.ts'

/** Small pieces are the tax on big bodies: what comes is gathered into slabs of this size. */
const slabBytes = 1024 * 1024

export interface BodyOptions {
  /** A slab is filled again once the next one is asked for, so that a large body costs a few slabs in all. Default false. */
  reuse?: boolean
}

/**
 * The body of a request in slabs, each handed over once. At most one slab is filled ahead of the reader; then the client
 * has to wait. Stopping early leaves the connection usable. Fault ABORTED where the client went away before the end.
 */
export async function* readBody(incoming: IncomingMessage, { reuse = false }: BodyOptions = {}): AsyncIterable<Uint8Array> {
  const declared = Number(incoming.headers['content-length'] ?? slabBytes)
  const spare: Buffer[] = []
  const newSlab = () => spare.pop() ?? Buffer.allocUnsafeSlow(Math.max(1, Math.min(slabBytes, declared)))
  const full: Buffer[] = []
  let slab: Buffer | undefined
  let used = 0
  let ended = incoming.readableEnded
  let broken = incoming.destroyed && !incoming.readableEnded
  let notice = () => {}

  const onData = (piece: Buffer) => {
    for (let at = 0; at < piece.length; ) {
      slab ??= newSlab()
      const taken = piece.copy(slab, used, at)
      at += taken
      used += taken
      if (used < slab.length) continue
      full.push(slab)
      slab = undefined
      used = 0
    }
    release(piece)
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
        if (reuse) spare.push(next)
        continue
      }
      if (ended) break
      if (broken) throw fault('ABORTED')
      await new Promise<void>((resolve) => {
        notice = resolve
        incoming.resume()
      })
    }
    if (slab !== undefined) yield slab.subarray(0, used)
  } finally {
    incoming.off('data', onData).off('end', onEnd).off('close', onClose)
    // What is left of the body is read and dropped by the server, so that the answer can be read.
    incoming.pause()
  }
}

/** Frees at once what was copied: so many pieces would keep the garbage collector busy. Memory that others have a part of stays. */
function release({ buffer, length }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === length) buffer.transfer(0)
}
