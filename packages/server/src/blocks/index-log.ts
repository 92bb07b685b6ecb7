import { readFileSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import type { Entry } from './location-table.ts'

/**
 * The index of one segment on disk: batches of entries, each with how far it covers the segment and a checksum.
 * It is written after the segment was synced and need not be synced itself: what it does not cover is read from the segment.
 */
export interface IndexLog {
  append(entries: readonly Entry[], covered: number): Promise<void>
  close(): Promise<void>
}

const magic = 0x31584454 // "TDX1"
const headLength = 16
const entryLength = 16

export async function openIndexLog(file: string, keep: number): Promise<IndexLog> {
  const handle = await open(file, 'a')
  await handle.truncate(keep)
  return {
    append: (entries, covered) => writeAll(handle, encode(entries, covered)),
    close: () => handle.close(),
  }
}

export interface ReadIndex {
  /** Bytes of the segment that the entries cover. */
  covered: number
  /** Bytes of the log that are whole. */
  length: number
}

/** Reads the whole batches of a log and stops at the first that is not; a missing file covers nothing. */
export function readIndexLog(file: string, segment: number, take: (entry: Entry) => void): ReadIndex {
  const bytes = readIfThere(file)
  let covered = 0
  let at = 0
  while (at + headLength <= bytes.length) {
    const count = bytes.readUInt32LE(at + 4)
    const end = at + headLength + count * entryLength
    if (bytes.readUInt32LE(at) !== magic || end > bytes.length) break
    if (crc32(bytes.subarray(at + 4, at + 12), crc32(bytes.subarray(at + headLength, end))) !== bytes.readUInt32LE(at + 12)) break
    for (let e = at + headLength; e < end; e += entryLength) {
      take({ low: bytes.readUInt32LE(e), high: bytes.readUInt32LE(e + 4), segment, offset: bytes.readUInt32LE(e + 8), length: bytes.readUInt32LE(e + 12) })
    }
    covered = bytes.readUInt32LE(at + 8)
    at = end
  }
  return { covered, length: at }
}

function encode(entries: readonly Entry[], covered: number): Buffer {
  const bytes = Buffer.allocUnsafe(headLength + entries.length * entryLength)
  entries.forEach(({ low, high, offset, length }, i) => {
    const at = headLength + i * entryLength
    bytes.writeUInt32LE(low, at)
    bytes.writeUInt32LE(high, at + 4)
    bytes.writeUInt32LE(offset, at + 8)
    bytes.writeUInt32LE(length, at + 12)
  })
  bytes.writeUInt32LE(magic, 0)
  bytes.writeUInt32LE(entries.length, 4)
  bytes.writeUInt32LE(covered, 8)
  bytes.writeUInt32LE(crc32(bytes.subarray(4, 12), crc32(bytes.subarray(headLength))), 12)
  return bytes
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten
}

function readIfThere(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0)
    throw error
  }
}
