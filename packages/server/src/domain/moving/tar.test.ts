import { expect, test } from 'vitest'
import type { Piece } from '../../ports/export-files.ts'
import { asTar } from './tar.ts'

const sizes = [1, 40, 270, 3000, 300_000, 40, 600_000, 0, 40]

async function* pieces(count: number): AsyncGenerator<Piece> {
  for (const file of ['a.car', 'b.car']) {
    for (let i = 0; i < count; i++) yield { file, bytes: sizes.map((size, j) => Buffer.alloc(size, i + j)), count: 1 }
  }
  yield { file: 'c', bytes: [], count: 0 }
}

async function chunksOf(all: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = []
  for await (const chunk of all) chunks.push(chunk)
  return chunks
}

test('parts of all lengths leave in slabs, byte for byte', async () => {
  const chunks = await chunksOf(asTar(pieces(7), 'top'))
  const tar = Buffer.concat(chunks)
  const content = Buffer.concat(Array.from({ length: 7 }, (_, i) => sizes.map((size, j) => Buffer.alloc(size, i + j))).flat(2))
  const padded = Math.ceil(content.length / 512) * 512
  for (const start of [0, 512 + padded]) {
    expect(parseInt(tar.subarray(start + 124, start + 135).toString(), 8)).toBe(content.length)
    expect(tar.subarray(start + 512, start + 512 + content.length).equals(content)).toBe(true)
    expect(tar.subarray(start + 512 + content.length, start + 512 + padded).every((byte) => byte === 0)).toBe(true)
  }
  expect(tar.length).toBe(2 * (512 + padded) + 512 + 1024)
  // Of each file a header and its slabs, of the archive its end.
  expect(chunks.length).toBe(2 * (1 + Math.ceil(padded / (256 << 10))) + 1 + 1)
})

test('many small parts cost few chunks, and others get their turns', async () => {
  let turns = 0
  let done = false
  const count = () => void (done || (turns++, setImmediate(count)))
  setImmediate(count)
  const small = async function* (): AsyncGenerator<Piece> {
    // Nothing here awaits what takes time.
    for (let i = 0; turns < 3 && i < 5000; i++) yield { file: 'dags/000001.car', bytes: Array.from({ length: 200 }, () => Buffer.alloc(40)), count: 100 }
  }
  const chunks = await chunksOf(asTar(small(), 'top'))
  done = true
  expect(turns).toBeGreaterThanOrEqual(3)
  expect(chunks.length).toBeLessThan(3 + 1 + Buffer.concat(chunks).length / (256 << 10))
})
