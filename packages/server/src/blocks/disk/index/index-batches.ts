import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { recordWords } from './block-index.ts'

/**
 * An index file is a row of batches, each of 32-bit words in the machine's order: checksum, magic, number of records, segment bytes
 * accounted for so far, whether the segment is sealed; then the records, of which later ones change what earlier ones said. The checksum
 * is seeded with the store's key and the segment's number, so that the index of another store or segment does not check.
 * What does not check is rebuilt from the segment.
 */
export interface Batch {
  records: Uint32Array
  /** The batches up to this one account for the segment's first `to` bytes. */
  to: number
  sealed: boolean
  /** Where the batch ends in the index file. */
  end: number
}

export interface BatchWrite {
  path: string
  key: Uint8Array
  /** Number of the segment. */
  number: number
  /** Where the batch goes; what lies beyond is cut off. */
  at: number
  records: Uint32Array
  to: number
  sealed: boolean
  /** On stable storage when it resolves. */
  sync: boolean
}

const headerWords = 5
const magic = 0x33584954
const maxRecords = 1 << 17

/** Resolves with where the batch ends. A failure leaves the file as good as it was: it is taken up where its last good batch ends. */
export async function writeBatch({ path, key, number, at, records, to, sealed, sync }: BatchWrite): Promise<number> {
  const header = Uint32Array.of(0, magic, records.length / recordWords, to, sealed ? 1 : 0)
  header[0] = crc32(bytesOf(records), crc32(bytesOf(header.subarray(1)), seed(key, number)))
  const end = at + header.byteLength + records.byteLength
  const file = await open(path, constants.O_CREAT | constants.O_RDWR, 0o644)
  try {
    await file.truncate(at)
    const { bytesWritten } = await file.writev([bytesOf(header), bytesOf(records)], at)
    if (bytesWritten < end - at) throw new Error('the medium took a part of an index only')
    if (sync) await file.datasync()
  } finally {
    await file.close()
  }
  return end
}

/** Every batch up to the first that does not check. */
export async function* readBatches(key: Uint8Array, path: string, number: number): AsyncGenerator<Batch> {
  const file = await openIfThere(path)
  if (!file) return
  try {
    const start = seed(key, number)
    const header = new Uint32Array(headerWords)
    for (let at = 0; ; ) {
      if (!(await fill(file, header, at))) return
      const [checksum, word, count, to, sealed] = header
      if (word !== magic || count! > maxRecords) return
      const records = new Uint32Array(count! * recordWords)
      if (!(await fill(file, records, at + header.byteLength))) return
      if (crc32(bytesOf(records), crc32(bytesOf(header.subarray(1)), start)) !== checksum) return
      at += header.byteLength + records.byteLength
      yield { records, to: to!, sealed: sealed === 1, end: at }
    }
  } finally {
    await file.close()
  }
}

function seed(key: Uint8Array, number: number): number {
  return crc32(String(number), crc32(key))
}

async function fill(file: FileHandle, words: Uint32Array, position: number): Promise<boolean> {
  if (words.length === 0) return true
  const { bytesRead } = await file.read(bytesOf(words), 0, words.byteLength, position)
  return bytesRead === words.byteLength
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

function bytesOf(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength)
}
