import type { CID } from 'multiformats/cid'
import { identityBytes, isLeaf } from '../cid/codecs.ts'
import { DagError } from '../fault.ts'
import { CidSet } from './cid-set.ts'
import { namedLinks } from './named-links.ts'

export interface WalkOptions {
  /** Bytes of a stored block, undefined when it is not stored. Asked for leaves, whose bytes a walk does not need. */
  has(cid: CID): Promise<number | undefined>
  get(cid: CID): Promise<Uint8Array | undefined>
  signal?: AbortSignal
  /** Distinct CIDs to visit, missing ones too; default no limit. */
  maxBlocks?: number
}

/** `size` in bytes; `path` from the root, with `/` between link names, empty for the root itself. */
export type Walked = { cid: CID; path: string; size: number } | { missing: CID; path: string }

/**
 * Visits every distinct CID under a root once, parents before children, in the order of links. Identity CIDs are
 * followed but not told, since they need no block. Beside the set of CIDs seen, memory holds the links of one path.
 * @throws DagError DAG_LIMIT, INVALID_REQUEST, UNSUPPORTED_CODEC; what `has` and `get` throw; the signal's reason
 */
export async function* walkDag(root: CID, options: WalkOptions): AsyncGenerator<Walked, void> {
  const { signal, maxBlocks = Infinity } = options
  const seen = new CidSet()
  const levels: { links: [CID, string][]; at: number; path: string }[] = [{ links: [[root, '']], at: 0, path: '' }]
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const link = level.links[level.at++]
    if (link === undefined) {
      levels.pop()
      continue
    }
    const [cid, name] = link
    if (!seen.add(cid)) continue
    signal?.throwIfAborted()
    if (seen.size > maxBlocks) {
      throw new DagError('DAG_LIMIT', { reason: `the DAG has more than ${maxBlocks} blocks`, cid: root.toString(), limit: maxBlocks })
    }
    const path = level.path === '' ? name : `${level.path}/${name}`
    const inline = identityBytes(cid)
    if (isLeaf(cid)) {
      if (inline === undefined) yield told(cid, path, await options.has(cid))
      continue
    }
    const bytes = inline ?? (await options.get(cid))
    if (inline === undefined) yield told(cid, path, bytes?.length)
    if (bytes !== undefined) levels.push({ links: namedLinks(cid, bytes), at: 0, path })
  }
}

function told(cid: CID, path: string, size: number | undefined): Walked {
  return size === undefined ? { missing: cid, path } : { cid, path, size }
}
