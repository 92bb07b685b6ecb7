import { statfs } from 'node:fs/promises'
import { basename } from 'node:path'
import { fault } from '../../kernel/faults.ts'
import type { BlockStore, Multihash } from '../../ports/block-store.ts'
import type { Log } from '../../ports/log.ts'
import { nodeFiles, type SegmentFiles } from './files.ts'
import { loadKey, makeFolders } from './folder.ts'
import { BlockIndex } from './index/block-index.ts'
import { maxHashBytes } from './index/fingerprint.ts'
import { IndexFiles } from './index/index-files.ts'
import { lockFolder } from './lock.ts'
import { BlockReads } from './read/block-reads.ts'
import { check } from './read/check.ts'
import { Quarantine } from './read/quarantine.ts'
import { Reader } from './read/reader.ts'
import { scrub } from './read/scrub.ts'
import { beginReclaim } from './reclaim/reclaim-run.ts'
import { Reliance } from './reclaim/reliance.ts'
import { recoverSegments } from './segments/recover.ts'
import { segmentFacts } from './segments/facts.ts'
import { Segments } from './segments/segments.ts'
import { UnderWay } from './under-way.ts'
import { CommitQueue } from './write/commit-queue.ts'
import { Slabs } from './write/frames.ts'
import { Tail } from './write/tail.ts'
import { DiskWriter } from './write/writer.ts'

export interface DiskStoreOptions {
  /** Made where absent. One process at a time. */
  folder: string
  /** A segment ends where the next block would take it beyond this; default 1 GiB, at most 2 GiB. */
  segmentBytes?: number
  /** Milliseconds that a sync waits for more commits to share it; default 0, since those that come while one is under way share the next anyway. */
  commitDelayMs?: number
  /** Written bytes that are synced without waiting for a commit; default 128 MiB. */
  syncEveryBytes?: number
  /** Bytes that a writer collects before it writes them; default 4 MiB. */
  writerBytes?: number
  /** Segments kept open for reading; default 256. */
  openSegments?: number
  log?: Log
  /** How segments are changed; tests give one that fails. */
  files?: SegmentFiles
}

const maxSegmentBytes = 2 ** 31
const defaultRunBytes = 4 << 20
/** Every upload and fetch asks for the room that is left: they share a look for so many milliseconds. */
const roomMs = 50

/**
 * Blocks in CARv1 segments of a folder. Readers see a block once it is durable. `segments/` holds everything;
 * `index/` can be rebuilt from it and may be removed while the store is closed.
 */
export async function openDiskStore(options: DiskStoreOptions): Promise<BlockStore> {
  await makeFolders(options.folder)
  const unlock = lockFolder(options.folder)
  try {
    return await openLocked(options, unlock)
  } catch (error) {
    unlock()
    throw error
  }
}

async function openLocked(options: DiskStoreOptions, unlock: () => void): Promise<BlockStore> {
  const { folder, segmentBytes = 2 ** 30, commitDelayMs = 0, syncEveryBytes = 128 << 20, writerBytes = 4 << 20, openSegments = 256, log, files = nodeFiles } = options
  if (!(segmentBytes > 0 && segmentBytes <= maxSegmentBytes)) throw new RangeError(`segmentBytes must be 1 to ${maxSegmentBytes}`)
  const key = await loadKey(folder)
  const index = new BlockIndex(key)
  const segments = new Segments()
  const indexFiles = new IndexFiles({ key, index, segments, files, log })
  await recoverSegments({ folder, key, index, indexFiles, segments, files, log })
  const tail = new Tail({ folder, index, indexFiles, segments, files, segmentBytes, log })
  const queue = new CommitQueue({ tail, index, commitDelayMs, syncEveryBytes, log })
  const reader = new Reader(openSegments)
  const quarantine = new Quarantine({ index, indexFiles, segments, reader, log })
  const reads = new BlockReads({ index, segments, reader, quarantine, find, log })
  const reliance = new Reliance()
  const slabs = new Slabs()
  const underWay = new UnderWay()
  const durable = () => tail.durable
  const demandOpen = () => underWay.demandOpen()

  /** The ordinal of a block that readers may see, damaged or not, or -1. */
  function find(hash: Multihash): number {
    demandOpen()
    return hash.length > maxHashBytes ? -1 : index.find(hash, tail.durable)
  }

  /** The ordinal of a block that readers may see, or -1. */
  function findGood(hash: Multihash): number {
    const ordinal = find(hash)
    return ordinal >= 0 && !index.isBad(ordinal) ? ordinal : -1
  }

  let room: { until: number; bytes: Promise<number> } | undefined
  const lookAtRoom = async () => {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  }

  function free(): Promise<number> {
    const now = performance.now()
    if (room === undefined || now > room.until) room = { until: now + roomMs, bytes: lookAtRoom() }
    return room.bytes
  }

  return {
    writer: (writing) => new DiskWriter({ queue, index, tail, reliance, slabs, writerBytes, underWay }, writing),
    has: async (hash) => findGood(hash) >= 0,
    async get(hash, { signal } = {}) {
      demandNotAborted(signal)
      return underWay.track(reads.get(hash))
    },
    async getRun(hashes, { signal, maxBytes = defaultRunBytes } = {}) {
      demandNotAborted(signal)
      return underWay.track(reads.getRun(hashes, maxBytes))
    },
    async size(hash) {
      const ordinal = findGood(hash)
      return ordinal < 0 ? undefined : index.length(ordinal)
    },
    async stats() {
      const there = [...segments].filter(({ missing }) => !missing)
      const bytes = there.reduce((sum, { end }) => sum + end, 0)
      // Those that are not durable yet are the newest, and none of them is gone.
      const blocks = index.live - (index.count - tail.durable)
      return { blocks, bytes, free: await free(), segments: there.length, damaged: index.bad.size }
    },
    free,
    async segments(limit) {
      demandOpen()
      return underWay.track(segmentFacts({ index, segments, durable }, limit))
    },
    async reclaim() {
      demandOpen()
      return beginReclaim({ folder, index, indexFiles, segments, files, reader, reads, quarantine, tail, queue, segmentBytes, reliance, underWay, log })
    },
    scrub: ({ signal, after } = {}) => underWay.trackAll(scrub({ index, segments, reader, reads, quarantine, durable, log }, after), signal),
    async damaged(limit) {
      demandOpen()
      return underWay.track(quarantine.list(limit))
    },
    onDamage: (listener) => quarantine.subscribe(listener),
    files() {
      demandOpen()
      return [...segments].filter(({ missing, durable }) => !missing && durable > 0).map(({ path, durable }) => ({ name: basename(path), path, bytes: durable }))
    },
    check: ({ signal } = {}) => underWay.trackAll(check({ index, segments, reader, durable, demandOn: demandOpen }), signal),
    close: () =>
      underWay.close(async () => {
        await queue.idle()
        await tail.close()
        await indexFiles.idle()
        reader.close()
        unlock()
      }),
  }
}

function demandNotAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw fault('ABORTED', {}, { cause: signal.reason })
}
