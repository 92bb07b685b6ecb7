import type { CID } from 'multiformats/cid'
import { cidOf } from '../cid/bytes.ts'
import { isInline, isLeaf } from '../cid/codecs.ts'
import { DagError } from '../fault.ts'
import type { CidSet } from './cid-set.ts'
import { LinkWalk } from './link-walk.ts'
import type { Awaitable, WalkSource } from './source.ts'
import { takeTurns } from './turns.ts'

export interface MarkSource {
  /** Marks those that are here; told as sizes in bytes, undefined for the others. */
  mark(hashes: readonly Uint8Array[]): Awaitable<readonly (number | undefined)[]>
  /** A node that was marked; undefined where it cannot be read: what is below it is passed over then. */
  get(cid: CID): Awaitable<Uint8Array | undefined>
  /** Told of nodes that are not here, or that could not be read. */
  unread?(cid: CID): void
}

/** Of all calls together: there may be a million DAGs of one block. */
const turn = takeTurns()

/**
 * Marks everything below a root that is here, as far as nodes that are here lead. Nodes in `seen` are not followed again, and those that
 * are followed are added; leaves are marked as often as they are met. Memory: the nodes that wait to be read, some 50 bytes each, all of
 * which are here.
 * @throws what the source throws; the signal's reason
 */
export async function markDag(root: CID, seen: CidSet, source: MarkSource, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
  const walk = new LinkWalk({
    admits: (code, bytes, at, end) => isLeaf({ code }) || !seen.has(code, bytes, at, end),
    follows: ({ code, hash }) => seen.add(code, hash),
    here() {},
    missing: ({ code, hash }) => isLeaf({ code }) || source.unread?.(cidOf(code, hash)),
    node: () => 0,
  })
  const marking: WalkSource = { sizes: (hashes) => source.mark(hashes), get: (cid) => source.get(cid) }
  if (isLeaf(root) && isInline(root)) return
  walk.add({ code: root.code, hash: root.multihash.bytes, parent: 0, index: 0 })
  while (!walk.isDone) {
    const pause = turn()
    if (pause) await pause
    signal?.throwIfAborted()
    await walk.step(marking).catch(passOver)
  }
}

/** A node that cannot be decoded leads nowhere. */
function passOver(error: unknown): void {
  if (!(error instanceof DagError)) throw error
}
