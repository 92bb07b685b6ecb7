import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, statfs, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fault } from '../../kernel/faults.ts'
import type { BlockStore, Multihash } from '../../ports/block-store.ts'
import type { Log } from '../../ports/log.ts'
import { BlockIndex } from './block-index.ts'
import { CommitQueue } from './commit-queue.ts'
import { nodeFiles, type SegmentFiles } from './files.ts'
import { keyBytes, maxHashBytes } from './fingerprint.ts'
import { lockFolder } from './lock.ts'
import { Reader } from './reader.ts'
import { recoverSegments } from './recover.ts'
import { Slabs } from './slabs.ts'
import { Tail } from './tail.ts'
import { DiskWriter, type WriterParts } from './writer.ts'

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
  const key = await loadKey(join(folder, 'index', 'key'))
  const index = new BlockIndex(key)
  const { segments, lastNumber } = await recoverSegments({ folder, key, index, files, log })
  const tail = new Tail({ folder, key, index, segments, lastNumber, files, segmentBytes, log })
  const queue = new CommitQueue({ tail, index, commitDelayMs, syncEveryBytes, log })
  const reader = new Reader(openSegments)
  /** Commits and reads that closing waits for. */
  const underWay = new Set<Promise<unknown>>()
  let closing: Promise<void> | undefined

  function track<T>(work: Promise<T>): Promise<T> {
    const done = () => underWay.delete(work)
    underWay.add(work)
    work.then(done, done)
    return work
  }

  /** The ordinal of a block that readers may see, or -1. */
  function find(hash: Multihash): number {
    if (closing) throw fault('SHUTTING_DOWN')
    if (hash.length > maxHashBytes) return -1
    const ordinal = index.find(hash)
    return ordinal < tail.durable ? ordinal : -1
  }

  async function readBlock(hash: Multihash, ordinal: number): Promise<Uint8Array> {
    const { path } = segments[index.segment(ordinal)]!
    const offset = index.offset(ordinal)
    // The multihash stands right before the bytes, so that reading both shows whether the index points at this block.
    const bytes = Buffer.allocUnsafeSlow(hash.length + index.length(ordinal))
    try {
      const read = reader.read(path, bytes, offset - hash.length)
      if ((typeof read === 'number' ? read : await read) < bytes.length) throw new Error('the segment ends within the block')
      if (bytes.compare(hash, 0, hash.length, 0, hash.length) !== 0) throw new Error('another block lies there')
    } catch (error) {
      log?.error({ error, segment: path, offset }, 'a block cannot be read')
      throw fault('INTERNAL', { incident: `${path}@${offset}` }, { cause: error })
    }
    return new Uint8Array(bytes.buffer, hash.length)
  }

  async function close(): Promise<void> {
    await Promise.allSettled(underWay)
    await queue.idle()
    await tail.close()
    reader.close()
    unlock()
  }

  const writerParts: WriterParts = { queue, slabs: new Slabs(), writerBytes, track, isClosing: () => closing !== undefined }
  return {
    writer: (writing) => new DiskWriter(writerParts, writing),
    has: async (hash) => find(hash) >= 0,
    async get(hash, { signal } = {}) {
      if (signal?.aborted) throw fault('ABORTED', {}, { cause: signal.reason })
      const ordinal = find(hash)
      return ordinal < 0 ? undefined : track(readBlock(hash, ordinal))
    },
    async size(hash) {
      const ordinal = find(hash)
      return ordinal < 0 ? undefined : index.length(ordinal)
    },
    async stats() {
      const { bavail, bsize } = await statfs(folder)
      const bytes = segments.reduce((sum, { end }) => sum + end, 0)
      return { blocks: tail.durable, bytes, free: bavail * bsize, segments: segments.length }
    },
    close: () => (closing ??= close()),
  }
}

/** The entries of folders that this makes are durable when it resolves. */
async function makeFolders(folder: string): Promise<void> {
  const leaf = resolve(folder, 'segments')
  const first = await mkdir(leaf, { recursive: true })
  await mkdir(join(folder, 'index'), { recursive: true })
  if (first === undefined) return
  for (let path = dirname(leaf); path.length >= dirname(first).length; path = dirname(path)) {
    await nodeFiles.syncFolder(path)
    if (path === dirname(path)) return
  }
}

/** With another key no index file checks, so that it is rebuilt. */
async function loadKey(path: string): Promise<Uint8Array> {
  const known = await readFile(path).catch(() => undefined)
  if (known?.length === keyBytes) return known
  const key = randomBytes(keyBytes)
  await writeFile(`${path}.new`, key, { mode: 0o600 })
  await rename(`${path}.new`, path)
  return key
}
