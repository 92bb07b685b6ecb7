import { type BlockSource, canonicalCid, identityBytes } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { fault } from '../../kernel/faults.ts'
import type { BlockStore } from '../../ports/block-store.ts'
import type { Db } from '../../ports/db/index.ts'
import type { BlockServer } from '../../ports/network.ts'
import { servedRoots, type ServedLimits } from './served-roots.ts'
import { countVisits, type VisitLimits } from './visits.ts'

export { exportCar, type ExportOptions } from './export-car.ts'

export interface RetrievalParts {
  db: Db
  blocks: BlockStore
  /** Default: every 5 s, at most 10,000 roots. */
  visits?: Partial<VisitLimits>
  /** Default: 1 s, 10,000 roots. */
  served?: Partial<ServedLimits>
}

/** Reading what is stored, for every door that gives content away. */
export interface Retrieval extends BlockSource {
  /**
   * Fault NOT_FOUND where this root was named here once and nothing holds it any more. Blocks below a root are not
   * asked for: what is shared with a DAG that is held stays readable through that one.
   */
  assertServed(root: CID): Promise<void>
  /** Bytes of one block. Fault NOT_FOUND where it is not stored. */
  get(cid: CID, options?: { signal?: AbortSignal }): Promise<Uint8Array>
  /** Length in bytes, without reading. Fault NOT_FOUND where it is not stored. */
  size(cid: CID): Promise<number>
  /** Counts one served response. */
  visit(root: CID): void
  /** The same blocks for peers. */
  readonly server: BlockServer
  /** Writes the visits that are still in memory. */
  close(): Promise<void>
}

export function createRetrieval({ db, blocks, visits: limits, served }: RetrievalParts): Retrieval {
  const visits = countVisits(db, { flushEvery: 5_000, maxRoots: 10_000, ...limits })
  const isServed = servedRoots(db, { maxAge: 1_000, maxRoots: 10_000, ...served })

  return {
    async assertServed(root) {
      if (!(await isServed(canonicalCid(root)))) throw absent(root)
    },

    async get(cid, options) {
      const bytes = identityBytes(cid) ?? (await blocks.get(cid.multihash.bytes, options))
      if (bytes === undefined) throw absent(cid)
      return bytes
    },

    async size(cid) {
      const size = identityBytes(cid)?.length ?? (await blocks.size(cid.multihash.bytes))
      if (size === undefined) throw absent(cid)
      return size
    },

    visit: (root) => visits.add(canonicalCid(root)),

    server: {
      get: async (cid) => ((await isServed(canonicalCid(cid))) ? blocks.get(cid.multihash.bytes) : undefined),
      size: async (cid) => ((await isServed(canonicalCid(cid))) ? blocks.size(cid.multihash.bytes) : undefined),
    },

    close: () => visits.close(),
  }
}

function absent(cid: CID) {
  return fault('NOT_FOUND', { what: `block ${cid}` })
}
