import { matches } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import type { FetchOptions, FetchSession } from '../ports/network.ts'
import { parseAddress } from './addresses.ts'
import type { GatewayOrigin, Origin } from './addresses.ts'
import { attemptRows } from './attempt-rows.ts'
import { blockQueue } from './block-queue.ts'
import { encodeCids, u32 } from './pipe/bodies.ts'
import type { Channel } from './pipe/channel.ts'
import { kinds } from './pipe/frames.ts'
import type { AttemptsFrame, OriginsFrame } from './pipe/frames.ts'
import type { SpareMemory } from './spare-memory.ts'
import { keyOfMultihash } from './wire/block-key.ts'

/** The house's side of one fetch: knows what is wanted, so that any process can go on with it. */
export interface Session extends FetchSession {
  /** A process is ready: tells it everything. */
  resume(channel: Channel): void
  interrupted(): void
  onBlock(multihash: string, bytes: Uint8Array): void
  onAttempts(frame: AttemptsFrame): void
}

export interface SessionOptions extends FetchOptions {
  id: number
  dialPrivate: boolean
  /** Where large blocks lie. */
  spare: SpareMemory
  /** Addresses that one fetch dials, and as many that it names as skipped; more are left out. */
  maxOrigins?: number
  /** CIDs that travel in one frame. */
  perFrame?: number
  /** Milliseconds that `close` waits for the last word of the process. */
  closeTimeout?: number
  /** The process that is ready, if any. */
  channel(): Channel | undefined
  onClose(): void
}

export function createSession(options: SessionOptions): Session {
  const { id, root, signal, dialPrivate, spare, maxOrigins = 256, perFrame = 2000, closeTimeout = 1000, channel, onClose } = options
  const wanted = new Map<string, CID[]>() // multihash → the CIDs that name these bytes
  const origins = new Map<string, Origin | GatewayOrigin>()
  const rows = attemptRows()
  let skipped = 0
  const queue = blockQueue(taken)
  let fresh: CID[] = []
  let takenBytes = 0
  let flushing = false
  let closed = false
  const settled = Promise.withResolvers<void>() // the process has said its last about this fetch

  function addOrigins(addresses: readonly string[]): void {
    if (closed) return
    const added: (Origin | GatewayOrigin)[] = []
    for (const address of addresses) {
      if (origins.has(address) || origins.size >= maxOrigins) continue
      const origin = parseAddress(address, { dialPrivate })
      if ('skipped' in origin) {
        if (skipped++ < maxOrigins) rows.skip(address, origin.skipped)
        continue
      }
      origins.set(address, origin)
      rows.dialling(address, 'url' in origin ? 'gateway' : undefined)
      added.push(origin)
    }
    sendOrigins(channel(), added)
  }

  function sendOrigins(to: Channel | undefined, some: (Origin | GatewayOrigin)[]): void {
    to?.sendJson(kinds.origins, { fetch: id, root: root?.toString(), origins: some } satisfies OriginsFrame)
  }

  function sendCids(to: Channel | undefined, kind: number, cids: CID[]): void {
    for (let at = 0; at < cids.length; at += perFrame) {
      to?.send(kind, encodeCids(id, cids.slice(at, at + perFrame).map((cid) => cid.bytes)))
    }
  }

  /** What one turn of the event loop asked for and took leaves together. */
  function flushSoon(): void {
    if (flushing) return
    flushing = true
    setImmediate(() => {
      flushing = false
      const still = fresh.filter((cid) => wanted.has(keyOf(cid)))
      fresh = []
      sendCids(channel(), kinds.want, still)
      if (takenBytes > 0) channel()?.send(kinds.taken, u32(id, takenBytes))
      takenBytes = 0
    })
  }

  function taken(bytes: number): void {
    takenBytes += bytes
    flushSoon()
  }

  /** Whether nobody here wants these bytes any more, under whatever name. */
  function unwant(cid: CID): boolean {
    const left = wanted.get(keyOf(cid))?.filter((name) => !name.equals(cid))
    if (left === undefined) return false
    if (left.length > 0) wanted.set(keyOf(cid), left)
    else wanted.delete(keyOf(cid))
    return left.length === 0
  }

  async function close(): Promise<void> {
    if (closed) return settled.promise
    closed = true
    signal.removeEventListener('abort', close)
    wanted.clear()
    queue.end()
    const to = channel()
    if (to !== undefined) {
      to.send(kinds.close, u32(id))
      // A process that hangs must not hold up whoever closes.
      const patience = setTimeout(settled.resolve, closeTimeout)
      await settled.promise
      clearTimeout(patience)
    }
    settled.resolve()
    onClose()
  }

  if (signal.aborted) {
    closed = true
    queue.end()
    settled.resolve()
  } else {
    addOrigins(options.origins)
    signal.addEventListener('abort', close)
  }

  return {
    window: 2000,
    blocks: queue.blocks,
    addOrigins,
    close,
    attempts: rows.list,
    release: ({ bytes }) => spare.release(bytes),
    want(cids) {
      if (closed) return
      for (const cid of cids) {
        const names = wanted.get(keyOf(cid))
        if (names === undefined) {
          wanted.set(keyOf(cid), [cid])
          fresh.push(cid)
        } else if (!names.some((name) => name.equals(cid))) names.push(cid)
      }
      flushSoon()
    },
    cancel(cids) {
      sendCids(channel(), kinds.cancel, cids.filter(unwant))
    },
    resume(to) {
      if (closed) return
      fresh = []
      takenBytes = 0
      sendOrigins(to, [...origins.values()])
      sendCids(to, kinds.want, [...wanted.values()].flatMap(([cid]) => cid ?? []))
    },
    interrupted() {
      rows.interrupted()
      if (closed) settled.resolve()
    },
    onAttempts(frame) {
      rows.update(frame.rows)
      if (frame.last) settled.resolve()
    },
    onBlock(multihash, bytes) {
      const names = wanted.get(multihash)
      if (names === undefined) return taken(bytes.length)
      if (!isBlock(names[0], bytes)) {
        fresh.push(...names.slice(0, 1))
        return taken(bytes.length)
      }
      wanted.delete(multihash)
      names.forEach((cid, i) => {
        if (i > 0) {
          takenBytes -= bytes.length // it came once, and is taken once for each name
          spare.hold(bytes)
        }
        queue.push({ cid, bytes })
      })
    },
  }
}

/** Nothing is yielded unverified, whatever the process at the other end of the pipe says. */
function isBlock(cid: CID | undefined, bytes: Uint8Array): boolean {
  try {
    return cid !== undefined && matches(cid, bytes)
  } catch {
    return false // a hash function that is not known here
  }
}

function keyOf(cid: CID): string {
  return keyOfMultihash(cid.multihash.bytes)
}
