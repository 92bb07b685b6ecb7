import { createHash, randomBytes, randomFillSync } from 'node:crypto'
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { rate, timed } from './measure.ts'

const MiB = 2 ** 20
const ring = Array.from({ length: 64 }, () => randomFillSync(Buffer.allocUnsafe(MiB)))

/** So many bytes (whole MiB) that no store has seen, in pieces of 1 MiB which stay as they are until 32 more were taken. */
export function* newBytes(length: number): Generator<Buffer> {
  const salt = randomBytes(16)
  for (let i = 0; i < length / MiB; i++) {
    const piece = ring[i % ring.length]!
    // In each quarter, so that no chunk of 256 KiB stands twice.
    for (let at = 0; at < MiB; at += MiB / 4) {
      salt.copy(piece, at)
      piece.writeUInt32LE(i, at + salt.length)
    }
    yield piece
  }
}

/** SHA-256 on one core, in pieces of 1 MiB, MB/s. */
export async function sha256Rate(length: number): Promise<number> {
  const hash = createHash('sha256')
  const seconds = await timed(() => {
    for (const piece of newBytes(length)) hash.update(piece)
    hash.digest()
  })
  return rate(length, seconds)
}

/** A file written in pieces of 1 MiB, then one fdatasync, MB/s. */
export async function writeRate(folder: string, length: number): Promise<number> {
  const file = join(folder, 'written')
  const fd = openSync(file, 'w')
  const seconds = await timed(() => {
    for (const piece of newBytes(length)) writeSync(fd, piece)
    fdatasyncSync(fd)
  })
  closeSync(fd)
  rmSync(file)
  return rate(length, seconds)
}

/** Appends of 4 KiB, each with an fdatasync, in a second. */
export async function syncRate(folder: string, times = 500): Promise<number> {
  const file = join(folder, 'synced')
  const fd = openSync(file, 'w')
  const seconds = await timed(() => {
    for (let i = 0; i < times; i++) {
      writeSync(fd, ring[0]!, 0, 4096)
      fdatasyncSync(fd)
    }
  })
  closeSync(fd)
  rmSync(file)
  return times / seconds
}

/** So many new runs of bytes, each its own, in pieces of some 4096 runs; a piece is filled anew when the next one is asked for. */
export function* newRuns(count: number, runBytes: number): Generator<Buffer> {
  const salt = randomBytes(16)
  const piece = randomBytes(runBytes * 4096)
  for (let i = 0; i < count; ) {
    let at = 0
    for (; at < piece.length && i < count; at += runBytes, i++) {
      salt.copy(piece, at)
      piece.writeUInt32LE(i, at + salt.length)
    }
    yield piece.subarray(0, at)
  }
}

/** So many files of 4 KiB that no store has seen. */
export function* newFiles(count: number): Generator<[name: string, bytes: Uint8Array]> {
  for (let i = 0; i < count; i++) yield [`file-${String(i).padStart(6, '0')}.bin`, randomBytes(4096)]
}
