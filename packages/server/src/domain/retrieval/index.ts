import { type BlockSource, canonicalCid, type Entry, type GetOptions, identityBytes, openEntry } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { fault } from '../../kernel/faults.ts'
import type { BlockStore, Multihash } from '../../ports/block-store.ts'
import type { Db } from '../../ports/db/index.ts'
import type { BlockServer } from '../../ports/network.ts'
import { intactBlock } from '../dags/index.ts'
import type { FetchOnRead } from '../fetching/index.ts'
import type { Moderation } from '../moderation/index.ts'
import { hashText } from '../scrub/index.ts'
import { blockRuns } from './block-runs.ts'
import { openCars, type ExportLimits, type OpenCar } from './export-car.ts'
import { openTars, type OpenTar, type TarLimits } from './export-tar.ts'
import { openContents, type ContentLimits, type OpenContent } from './file-content.ts'
import { readPaces } from './read-pace.ts'
import { recently, type ReadRecent, type RecentLimits } from './recently.ts'
import { servedRoots, type ServedLimits } from './served-roots.ts'
import { countVisits, type VisitLimits } from './visits.ts'

export type { CarExport, ExportOptions, OpenCar } from './export-car.ts'
export type { OpenTar, TarExport } from './export-tar.ts'
export { tarEnd, tarHeader, tarPadding } from './tar-header.ts'
export type { FileContent, OpenContent } from './file-content.ts'

export interface RetrievalParts {
  db: Db
  blocks: BlockStore
  moderation: Moderation
  /** Fetches what readers want and what is not here. Default: nothing is fetched. */
  fetchOnRead?: Pick<FetchOnRead, 'get'>
  /** Told of blocks that are not here though they are to be. */
  onLost?: (hash: Multihash) => void
  /** Told of each block that a peer was given. */
  onServed?: (cid: CID, bytes: Uint8Array) => void
  /** Default: every 5 s, at most 10,000 roots and accounts. */
  visits?: Partial<VisitLimits>
  /** Default: 1 s, 10,000 roots. */
  served?: Partial<ServedLimits>
  /** Default: 32 MiB of manifests. */
  content?: Partial<ContentLimits>
  /** Default: 2,097,152 blocks and 262,144 pending links. */
  cars?: Partial<ExportLimits>
  /** Default: 4,194,304 entries, 64 MiB. */
  tars?: Partial<TarLimits>
  /** Bytes read ahead for all readers together, though at least a block for each. Default: 256 MiB. */
  readAheadBytes?: number
  /** Leaves of which small parts are read, and, as much again, what paths lead to. Default: half a second, 32 MiB. */
  recent?: Partial<RecentLimits>
}

/** Reading what is stored, for every door that gives content away. */
export interface Retrieval extends BlockSource {
  /**
   * Fault NOT_FOUND where this root was named here once and nothing holds it any more. Blocks below a root are not
   * asked for: what is shared with a DAG that is held stays readable through that one. Faults BLOCKED and BLOCKED_BY_LAW
   * where a list blocks this path (decoded names) below it. `unpinned`: it waits for its first reader to be pinned.
   */
  assertServed(root: CID, names?: readonly string[]): Promise<{ unpinned: boolean }>
  /** Bytes of one block. Faults NOT_FOUND where it is not stored, BLOCK_DAMAGED, BLOCKED, BLOCKED_BY_LAW; those of `FetchOnRead` where it is fetched. */
  get(cid: CID, options?: { signal?: AbortSignal }): Promise<Uint8Array>
  /** Length in bytes of what is here, without reading. Faults as `get`. */
  size(cid: CID): Promise<number>
  /** What a block is that was perhaps read a moment ago. It is shared: nobody may change or free its memory. Faults as `get`, INVALID_REQUEST. */
  readonly open: ReadRecent<Entry, GetOptions>
  /** The content of a file, for one reader. Faults as `get`. */
  readonly content: OpenContent
  /** A DAG as CAR, for one reader. Faults as `get`, and DAG_LIMIT. */
  readonly car: OpenCar
  /** Files and directories as TAR, for one reader. Faults as `get`, and INVALID_REQUEST, UNSUPPORTED_CODEC, DAG_LIMIT. */
  readonly tar: OpenTar
  /** Counts one response that gave so many bytes of content away, to an account or to the public. */
  visit(root: CID, visit: { bytes: number; account?: string }): void
  /** The same blocks for peers. */
  readonly server: BlockServer
  /** Writes the visits that are still in memory. */
  close(): Promise<void>
}

/** Blocks that are fetched before the reader of a file comes to them. */
const fetchedAhead = 7

/** Memory of an entry without its block. */
const bytesBesideEntry = 500

export function createRetrieval({ db, blocks, moderation, fetchOnRead, onLost, onServed, visits: limits, served, content, cars, tars, recent, readAheadBytes = 256 << 20 }: RetrievalParts): Retrieval {
  const visits = countVisits(db, { flushEvery: 5_000, maxRoots: 10_000, rootsAtOnce: 500, ...limits })
  const standingOf = servedRoots(db, { maxAge: 1_000, maxRoots: 10_000, ...served })

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
    return bytes ?? elsewhere([cid], options)
  }

  /** What is not here is fetched where that is wanted, with some of what is wanted next; what should be here is repaired. */
  async function elsewhere([cid, ...next]: readonly CID[], options?: { signal?: AbortSignal }): Promise<Uint8Array> {
    const why = await whyAbsent(cid!)
    if (fetchOnRead === undefined || why.code !== 'NOT_FOUND') throw why
    for (const later of next.slice(0, fetchedAhead)) {
      // Whoever comes to it hears what is the matter.
      if (!(await blocks.has(later.multihash.bytes))) fetchOnRead.get(later, options).catch(() => {})
    }
    return fetchOnRead.get(cid!, options)
  }

  const mayLeave = async (cid: CID) => !moderation.isBlocked(cid) && (await standingOf(canonicalCid(cid))).served

  const parts = { source: { get }, getRun: blockRuns({ blocks, moderation, elsewhere }), paces: readPaces(readAheadBytes) }

  const recentLimits = { maxAge: 500, maxBytes: 32 << 20, ...recent }
  const leaf = recently({ read: get, nameOf: ({ multihash }) => multihash.bytes, bytesOf: ({ length }) => length }, recentLimits)
  const open = recently({ read: (cid, options?: GetOptions) => openEntry({ get }, cid, options), nameOf: ({ bytes }) => bytes, bytesOf: ({ bytes }) => bytes.length + bytesBesideEntry }, recentLimits)
  const openContent = openContents({ ...parts, leaf, manifestBytes: 32 << 20, ...content })

  return {
    get,
    open,
    content: openContent,
    car: openCars({ ...parts, maxBlocks: 1 << 21, maxPending: 1 << 18, ...cars }),
    tar: openTars({ source: { get }, content: openContent, maxEntries: 1 << 22, maxHeld: 64 << 20, ...tars }),

    async assertServed(root, names) {
      moderation.assertAllowed(root, names)
      const standing = await standingOf(canonicalCid(root))
      if (!standing.served) throw absent(root)
      return standing
    },

    async size(cid) {
      moderation.assertAllowed(cid)
      const size = identityBytes(cid)?.length ?? (await blocks.size(cid.multihash.bytes))
      if (size === undefined) throw await whyAbsent(cid)
      return size
    },

    visit: (root, visit) => visits.add({ root: canonicalCid(root), ...visit }),

    server: {
      async get(cid) {
        const bytes = (await mayLeave(cid)) ? await intactBlock(blocks, cid.multihash.bytes) : undefined
        if (bytes) onServed?.(cid, bytes)
        return bytes
      },
      size: async (cid) => ((await mayLeave(cid)) ? blocks.size(cid.multihash.bytes) : undefined),
    },

    close: () => visits.close(),
  }
}

function absent(cid: CID) {
  return fault('NOT_FOUND', { what: `block ${cid}` })
}
