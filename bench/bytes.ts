import { createHash, randomBytes, randomFillSync } from 'node:crypto'
import { once } from 'node:events'
import { copyFile, open, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { rate, timed } from './row.ts'

const MiB = 2 ** 20
const ring = Array.from({ length: 64 }, () => randomFillSync(Buffer.allocUnsafe(MiB)))

/** So many bytes (whole MiB) that no store has seen, in pieces of 1 MiB which stay as they are until 32 more were taken. */
export function* newBytes(length: number): Generator<Buffer> {
  const salt = randomBytes(16)
  for (let i = 0; i < length / MiB; i++) {
    const piece = ring[i % ring.length]!
    salt.copy(piece)
    piece.writeUInt32LE(i, salt.length)
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

/** A copy of a file and an fsync of it, MB/s. */
export async function copyRate(file: string, length: number): Promise<number> {
  const copy = `${file}.copy`
  const seconds = await timed(async () => {
    await copyFile(file, copy)
    await using handle = await open(copy, 'r+')
    await handle.sync()
  })
  await rm(copy)
  return rate(length, seconds)
}

/** Writes a file to copy, and sees it through to the disk. */
export async function writeSource(folder: string, length: number): Promise<string> {
  const file = join(folder, 'source')
  await using handle = await open(file, 'w')
  for (const piece of newBytes(length)) await handle.write(piece)
  await handle.sync()
  return file
}

export interface Sending {
  headers: Record<string, string>
  /** Bytes of the payload. */
  length: number
  /** What stands around the payload in the body. */
  head?: string
  tail?: string
}

/** Posts new bytes over one connection, and returns MB/s from the first byte sent to the end of the answer. Throws where the answer is no success. */
export async function postRate(url: string, { headers, length, head = '', tail = '' }: Sending): Promise<number> {
  const seconds = await timed(async () => {
    const total = length + Buffer.byteLength(head) + Buffer.byteLength(tail)
    const sending = request(url, { method: 'POST', headers: { ...headers, 'content-length': total } })
    const answered = once(sending, 'response')
    answered.catch(() => {}) // it is awaited below, after the body
    if (head) sending.write(head)
    for (const piece of newBytes(length)) if (!sending.write(piece)) await Promise.race([once(sending, 'drain'), answered])
    sending.end(tail)
    const [answer] = await answered
    let text = ''
    for await (const bytes of answer) text += String(bytes)
    if (answer.statusCode < 200 || answer.statusCode > 299) throw new Error(`${url}: ${answer.statusCode} ${text}`)
  })
  return rate(length, seconds)
}
