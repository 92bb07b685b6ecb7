import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Block } from '@thole/dag'
import { fault } from '../kernel/faults.ts'
import type { BlockStore, BlockWriter, Multihash, StoreOptions } from '../ports/block-store.ts'
import type { Log } from '../ports/log.ts'
import { Appender, type Pending } from './appender.ts'
import { openSegmentFolder, type Shelf } from './folder.ts'
import { frameOf } from './frame.ts'
import { fingerprint, LocationTable, type Location } from './location-table.ts'
import { lockFolder } from './lock.ts'
import { syncFolder } from './segment.ts'

export interface DiskStoreOptions {
  folder: string
  /** A segment is sealed when it has grown to this. */
  segmentBytes?: number
  log: Log
}

/** An identity CID carries its bytes: there is nothing to store. */
const identity = 0x00

/** A writer hands its blocks over in batches of this size. */
const batchBytes = 4 * 1024 * 1024

/** Blocks in append-only segments below a folder. Fault CONFLICT where another process has it open. */
export async function openDiskStore({ folder, segmentBytes = 1024 ** 3, log }: DiskStoreOptions): Promise<BlockStore> {
  const segments = await openSegmentFolder(join(folder, 'segments'), log)
  await syncFolder(folder)
  const unlock = await lockFolder(folder)
  const table = new LocationTable()
  const shelves = new Map<number, Shelf>()
  try {
    for (const shelf of await segments.openAll((entry) => table.add(entry))) shelves.set(shelf.segment.number, shelf)
  } catch (error) {
    await unlock()
    throw error
  }
  const appender = new Appender({ folder: segments, table, shelves, segmentBytes })

  function find(hash: Multihash): Location | undefined {
    const { low, high } = fingerprint(hash)
    return table.find(low, high)
  }

  /** The payload, and that it is the one meant: its multihash lies right before it. */
  async function read(hash: Multihash, { segment, offset, length }: Location): Promise<Uint8Array | undefined> {
    const shelf = shelves.get(segment)
    if (!shelf) return undefined
    const bytes = Buffer.allocUnsafeSlow(hash.length + length)
    const got = shelf.segment.read(bytes, offset - hash.length)
    if ((typeof got === 'number' ? got : await got) !== bytes.length) throw fault('INTERNAL', { incident: `segment ${segment} is short` })
    return bytes.subarray(0, hash.length).compare(hash) === 0 ? bytes.subarray(hash.length) : undefined
  }

  /** Whether exactly this block is here: a fingerprint alone does not make one block drop another. */
  async function holds({ cid }: Block): Promise<boolean> {
    const hash = cid.multihash.bytes
    const location = find(hash)
    if (!location) return false
    const { segment, offset } = location
    const there = Buffer.alloc(hash.length)
    await shelves.get(segment)?.segment.read(there, offset - hash.length)
    if (there.compare(hash) !== 0) throw fault('INTERNAL', { incident: `two blocks share a fingerprint: ${cid}` })
    return true
  }

  function writer({ signal }: StoreOptions = {}): BlockWriter {
    const { generation } = appender
    let batch: Pending[] = []
    let size = 0
    let writing: Promise<void> = Promise.resolve()

    function demandWhole(): void {
      if (appender.generation !== generation) throw fault('STORAGE_FULL', {}, { cause: new Error('the medium failed while this was written') })
    }
    async function flush(): Promise<void> {
      const full = batch
      batch = []
      size = 0
      // One batch is under way while the next one fills.
      await writing
      writing = full.length > 0 ? appender.append(full) : Promise.resolve()
      writing.catch(() => {})
    }

    return {
      async put(block) {
        signal?.throwIfAborted()
        demandWhole()
        if (block.cid.multihash.code === identity) return
        if (find(block.cid.multihash.bytes) && (await holds(block))) return
        const frame = frameOf(block)
        batch.push({ ...frame, ...fingerprint(block.cid.multihash.bytes), payloadLength: block.bytes.length })
        size += frame.length
        if (size >= batchBytes) await flush()
      },
      async commit() {
        signal?.throwIfAborted()
        await flush()
        await writing
        await appender.sync()
        demandWhole()
      },
      async abort() {
        batch = []
        await writing.catch(() => {})
      },
    }
  }

  return {
    writer,
    has: async (hash) => find(hash) !== undefined,
    size: async (hash) => find(hash)?.length,
    async get(hash, options) {
      options?.signal?.throwIfAborted()
      const location = find(hash)
      return location && read(hash, location)
    },
    async stats() {
      const disk = await statfs(folder)
      const bytes = [...shelves.values()].reduce((sum, { segment }) => sum + segment.length, 0)
      return { blocks: table.count, bytes, free: disk.bavail * disk.bsize, segments: shelves.size }
    },
    async close() {
      await appender.close()
      for (const { segment, log: index } of shelves.values()) {
        await segment.close()
        await index.close()
      }
      await unlock()
    },
  }
}
