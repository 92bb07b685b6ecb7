import type { CID } from 'multiformats/cid'
import { identityBytes, isInline, isLeaf } from '../cid/codecs.ts'
import { assertShort } from '../cid/storable.ts'
import { DagError } from '../fault.ts'
import { joinPath, maxPathLength } from '../link-path.ts'
import { CidSet } from './cid-set.ts'
import { pendingLinks, type PendingLinks } from './pending-links.ts'

export interface WalkOptions {
  /** Bytes of a stored block, undefined when it is not stored. Asked for leaves, whose bytes a walk does not need. */
  has(cid: CID): Promise<number | undefined>
  get(cid: CID): Promise<Uint8Array | undefined>
  signal?: AbortSignal
  /** Distinct CIDs to visit, missing ones too; default no limit. */
  maxBlocks?: number
  /** Links found and not followed yet, at 128 bytes each on average; default 1,000,000. */
  maxPending?: number
  /** Characters of a path that are told: a longer one ends with "…"; default 1024. */
  maxPath?: number
}

/** `size` in bytes; `path` from the root, with `/` between link names, empty for the root itself. */
export type Walked = { cid: CID; path: string; size: number } | { missing: CID; path: string }

/** What a pending link may take on average: a CID and a name of usual length. */
const bytesPerLink = 128

/**
 * Visits every distinct CID under a root once, parents before children, in the order of links. Identity CIDs are
 * followed but not told, since they need no block. Beside the set of CIDs seen, memory holds the links of one path.
 * @throws DagError DAG_LIMIT, INVALID_REQUEST, UNSUPPORTED_CODEC; what `has` and `get` throw; the signal's reason
 */
export async function* walkDag(root: CID, options: WalkOptions): AsyncGenerator<Walked, void> {
  const { signal, maxBlocks = Infinity, maxPending = 1_000_000, maxPath = maxPathLength } = options
  const seen = new CidSet()
  const levels: { links: PendingLinks; path: string }[] = []
  let pending = 0
  let held = 0
  let next: { cid: CID; path: string } | undefined = { cid: root, path: '' }

  function limit(reason: string, most: number): DagError {
    return new DagError('DAG_LIMIT', { reason, cid: root.toString(), limit: most })
  }

  function keep(links: PendingLinks, path: string): void {
    if (links.count === 0) return
    pending += links.count
    held += links.size
    if (pending > maxPending || held > maxPending * bytesPerLink) {
      throw limit(`the DAG is so wide and deep that more than ${maxPending} links wait to be followed`, maxPending)
    }
    levels.push({ links, path })
  }

  /** Leaves a level with its last link, so that a chain costs nothing. */
  function take(): { cid: CID; path: string } | undefined {
    const level = levels.at(-1)
    const link = level?.links.next()
    if (level === undefined || link === undefined) return undefined
    pending--
    if (level.links.count === 0) {
      levels.pop()
      held -= level.links.size
    }
    return { cid: link[0], path: joinPath(level.path, link[1], maxPath) }
  }

  for (; next !== undefined; next = take()) {
    const { cid, path } = next
    if (!isLeaf(cid)) assertShort(cid)
    if (!seen.add(cid)) continue
    signal?.throwIfAborted()
    if (seen.size > maxBlocks) throw limit(`the DAG has more than ${maxBlocks} blocks`, maxBlocks)
    if (isLeaf(cid)) {
      if (!isInline(cid)) yield told(cid, path, await options.has(cid))
      continue
    }
    const inline = identityBytes(cid)
    const bytes = inline ?? (await options.get(cid))
    if (inline === undefined) yield told(cid, path, bytes?.length)
    if (bytes !== undefined) keep(pendingLinks(cid, bytes, maxPath), path)
  }
}

function told(cid: CID, path: string, size: number | undefined): Walked {
  return size === undefined ? { missing: cid, path } : { cid, path, size }
}
