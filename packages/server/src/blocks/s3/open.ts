import { fault } from '../../kernel/faults.ts'
import type { BlockStore, SegmentFacts } from '../../ports/block-store.ts'
import type { Db } from '../../ports/db/index.ts'
import type { Log } from '../../ports/log.ts'
import { openBucket, type BucketOptions } from './bucket/bucket.ts'
import { check } from './read/check.ts'
import { Damage } from './read/damage.ts'
import { matchBucket } from './bucket/identity.ts'
import { inTurns } from './index/index-db.ts'
import { PartPool } from './write/part-pool.ts'
import { Places } from './index/places.ts'
import { Reader } from './read/reader.ts'
import { beginReclaim } from './reclaim/reclaim.ts'
import { Reliance } from './index/reliance.ts'
import { scrub } from './read/scrub.ts'
import { openUploads } from './write/uploads.ts'
import { allSegments } from './segments/all-segments.ts'
import { S3Writer, type WriterParts } from './write/writer.ts'

export interface S3StoreOptions extends BucketOptions {
  /** Has the index. Open as long as the store. */
  db: Db
  log?: Log
  /** The database speaks of this bucket from now on, whatever it spoke of before. */
  adopt?: boolean
  /** An object ends with the part that takes it near one of these; default 256 MiB, 65,536 blocks. */
  segmentBytes?: number
  segmentBlocks?: number
  /** Bytes of one request; default 8 MiB and room for the frames of eight blocks, at least 6 MiB. */
  partBytes?: number
  /** Memory for bytes on their way, shared by all writers; default 64 MiB, at least six parts. */
  bufferBytes?: number
  /** Milliseconds that a commit waits for others to share its object while some are on their way; default 10. */
  commitDelayMs?: number
  /** Objects below this are merged by a sweep; default 4 MiB. */
  smallBytes?: number
  /** Places of blocks remembered for reading, and for how many milliseconds; default 65,536 and one minute. */
  rememberedPlaces?: number
  rememberedMs?: number
  /** Milliseconds between signs of life, without one until nothing is acknowledged, and until others give this process up; default 5 s, 30 s, 5 minutes. */
  beatMs?: number
  lateMs?: number
  deadMs?: number
}

/**
 * Blocks in CARv1 objects below a prefix of an S3 bucket, found by tables of the database; several processes may share both. Nothing is kept
 * on this machine. Faults UPSTREAM_FAILED where bucket or database cannot be used; INVALID_REQUEST at opening, in an operator's words.
 */
export async function openS3Store(options: S3StoreOptions): Promise<BlockStore> {
  const { log, segmentBytes = 256 << 20, segmentBlocks = 65_536, partBytes = (8 << 20) + (64 << 10), bufferBytes = 64 << 20, commitDelayMs = 10, smallBytes = 4 << 20 } = options
  const { rememberedPlaces = 65_536, rememberedMs = 60_000, beatMs = 5_000, lateMs = 30_000, deadMs = 300_000 } = options
  const parts = Math.floor(bufferBytes / partBytes)
  if (partBytes < 6 << 20 || parts < 6) throw new RangeError('partBytes must be 6 MiB at least, and bufferBytes six times that')
  const db = inTurns(options.db)
  const bucket = await openBucket(options)
  const reliance = new Reliance({ db, beatMs, lateMs, log })
  try {
    await bucket.probe()
    await matchBucket(bucket, db, options)
    await reliance.start()
  } catch (error) {
    bucket.close()
    throw error
  }

  const places = new Places({ db, remembered: rememberedPlaces, rememberedMs })
  const damage = new Damage({ db, places, log })
  const reader = new Reader({ bucket, places, damage })
  const pool = new PartPool({ partBytes, parts })
  const shared = { db, bucket, places, reliance, pool, damage, segmentBytes, segmentBlocks }
  const uploads = openUploads({ ...shared, commitDelayMs })
  /** Commits and reads that closing waits for. */
  const underWay = new Set<Promise<unknown>>()
  let closing: Promise<void> | undefined

  function track<T>(work: Promise<T>): Promise<T> {
    const done = () => underWay.delete(work)
    underWay.add(work)
    work.then(done, done)
    return work
  }

  /** Starts something, unless the store closes. */
  function open<T>(start: () => Promise<T>): Promise<T> {
    return closing ? Promise.reject(fault('SHUTTING_DOWN')) : track(start())
  }

  async function close(): Promise<void> {
    await Promise.allSettled(underWay)
    await Promise.all([uploads.small.close(), uploads.big.close()])
    await reliance.stop()
    bucket.close()
  }

  const writerParts: WriterParts = { ...shared, uploads, bigBytes: partBytes, track, isClosing: () => closing !== undefined }
  const size = async (hash: Uint8Array) => {
    const row = await open(() => places.find(hash))
    return row && !row.damaged ? row.bytes : undefined
  }
  return {
    writer: (writing) => new S3Writer(writerParts, writing),
    has: async (hash) => (await size(hash)) !== undefined,
    size,
    get: async (hash, { signal } = {}) => (await open(() => reader.run([hash], 0, signal)))[0],
    getRun: (hashes, { maxBytes = 4 << 20, signal } = {}) => open(() => reader.run(hashes, maxBytes, signal)),
    async stats() {
      return { ...(await open(() => db.read((r) => r.segments.totals()))), free: Number.POSITIVE_INFINITY }
    },
    free: async () => Number.POSITIVE_INFINITY,
    async segments(limit) {
      const found: SegmentFacts[] = []
      for await (const { id, bytes, live } of allSegments(db)) {
        if (found.length >= limit) break
        found.push({ name: id, bytes, live: Math.min(live, bytes) })
      }
      return found
    },
    reclaim: () => open(() => beginReclaim({ ...shared, smallBytes, deadMs, log })),
    scrub: (scrubbing) => scrub({ db, reader, damage }, scrubbing),
    damaged: async (limit) => (await open(() => db.read((r) => r.segments.damaged(undefined, limit)))).map(({ hash }) => new Uint8Array(hash)),
    onDamage: (listener) => damage.listen(listener),
    check: (checking) => check({ db, bucket }, checking),
    close: () => (closing ??= close()),
  }
}
