import { type BlockSource, canonicalCid, identityBytes } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { fault } from '../../kernel/faults.ts'
import type { BlockStore, Multihash } from '../../ports/block-store.ts'
import type { Db } from '../../ports/db/index.ts'
import type { BlockServer } from '../../ports/network.ts'
import { intactBlock } from '../dags/index.ts'
import type { Moderation } from '../moderation/index.ts'
import { hashText } from '../scrub/index.ts'
import { openContents, type ContentLimits, type OpenContent } from './file-content.ts'
import { recentBlocks, type RecentLimits } from './recent-blocks.ts'
import { servedRoots, type ServedLimits } from './served-roots.ts'
import { countVisits, type VisitLimits } from './visits.ts'

export { exportCar, type ExportOptions } from './export-car.ts'
export type { FileContent, OpenContent } from './file-content.ts'

export interface RetrievalParts {
  db: Db
  blocks: BlockStore
  moderation: Moderation
  /** Told of blocks that are not here though they are to be. */
  onLost?: (hash: Multihash) => void
  /** Default: every 5 s, at most 10,000 roots. */
  visits?: Partial<VisitLimits>
  /** Default: 1 s, 10,000 roots. */
  served?: Partial<ServedLimits>
  /** Default: 32 MiB of manifests, 256 MiB of read-ahead. */
  content?: Partial<ContentLimits>
  /** Leaves of which small parts are read. Default: half a second, 32 MiB. */
  recent?: Partial<RecentLimits>
}

/** Reading what is stored, for every door that gives content away. */
export interface Retrieval extends BlockSource {
  /**
   * Fault NOT_FOUND where this root was named here once and nothing holds it any more. Blocks below a root are not
   * asked for: what is shared with a DAG that is held stays readable through that one. Faults BLOCKED and BLOCKED_BY_LAW
   * where a list blocks this path (decoded names) below it.
   */
  assertServed(root: CID, names?: readonly string[]): Promise<void>
  /** Bytes of one block. Faults NOT_FOUND where it is not stored, BLOCK_DAMAGED, BLOCKED, BLOCKED_BY_LAW. */
  get(cid: CID, options?: { signal?: AbortSignal }): Promise<Uint8Array>
  /** Length in bytes, without reading. Faults as `get`. */
  size(cid: CID): Promise<number>
  /** The content of a file, for one reader. Faults as `get`. */
  readonly content: OpenContent
  /** Counts one served response. */
  visit(root: CID): void
  /** The same blocks for peers. */
  readonly server: BlockServer
  /** Writes the visits that are still in memory. */
  close(): Promise<void>
}

export function createRetrieval({ db, blocks, moderation, onLost, visits: limits, served, content, recent }: RetrievalParts): Retrieval {
  const visits = countVisits(db, { flushEvery: 5_000, maxRoots: 10_000, ...limits })
  const isServed = servedRoots(db, { maxAge: 1_000, maxRoots: 10_000, ...served })

  /** A block that is out of use until it is repaired, or was lost, is not told to be absent. */
  async function whyAbsent(cid: CID) {
    const { bytes: hash } = cid.multihash
    const [isDamaged, dag] = await db.read(async (r) => [await r.damage.isDamaged(hashText(hash)), await r.dags.get(canonicalCid(cid))])
    const isLost = dag?.state === 'complete' && dag.holders > 0
    if (isLost && !isDamaged) onLost?.(hash)
    return isLost || isDamaged ? fault('BLOCK_DAMAGED') : absent(cid)
  }

  async function get(cid: CID, options?: { signal?: AbortSignal }): Promise<Uint8Array> {
    moderation.assertAllowed(cid)
    const bytes = identityBytes(cid) ?? (await blocks.get(cid.multihash.bytes, options))
    if (bytes === undefined) throw await whyAbsent(cid)
    return bytes
  }

  const { assertAllowed } = moderation
  const contentParts = { blocks, source: { get }, recent: recentBlocks({ get }, { maxAge: 500, maxBytes: 32 << 20, ...recent }), assertAllowed, whyAbsent }

  return {
    get,
    content: openContents({ ...contentParts, manifestBytes: 32 << 20, readAheadBytes: 256 << 20, ...content }),

    async assertServed(root, names) {
      moderation.assertAllowed(root, names)
      if (!(await isServed(canonicalCid(root)))) throw absent(root)
    },

    async size(cid) {
      moderation.assertAllowed(cid)
      const size = identityBytes(cid)?.length ?? (await blocks.size(cid.multihash.bytes))
      if (size === undefined) throw await whyAbsent(cid)
      return size
    },

    visit: (root) => visits.add(canonicalCid(root)),

    server: {
      get: async (cid) => (!moderation.isBlocked(cid) && (await isServed(canonicalCid(cid))) ? intactBlock(blocks, cid.multihash.bytes) : undefined),
      size: async (cid) => (!moderation.isBlocked(cid) && (await isServed(canonicalCid(cid))) ? blocks.size(cid.multihash.bytes) : undefined),
    },

    close: () => visits.close(),
  }
}

function absent(cid: CID) {
  return fault('NOT_FOUND', { what: `block ${cid}` })
}
