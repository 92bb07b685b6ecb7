import type { Block } from '@thole/dag'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { block } from '../../testing/numbered-blocks.ts'
import { readFrames } from '../segments/frames.ts'
import { keyOf } from '../index/hash-key.ts'
import { Part, segmentHeader } from './part.ts'
import { PartPool } from './part-pool.ts'

const partBytes = 6 << 20

async function newPart(isFirst = true): Promise<{ part: Part; pool: PartPool }> {
  const pool = new PartPool({ partBytes, parts: 3 })
  return { pool, part: new Part(pool, await pool.take(), { isFirst }) }
}

const put = (part: Part, one: Block) => part.add(one, keyOf(one.cid.multihash.bytes))
const large = (bytes: number): Block => ({ ...block(1), bytes: new Uint8Array(bytes) })

test('whatever is taken out, the rest lies where it says, and is a CAR', async () => {
  const numbers = fc.uniqueArray(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(numbers, fc.func(fc.boolean()), async (all, isUnwanted) => {
      const { part } = await newPart()
      for (const number of all) put(part, block(number))
      const unwanted = new Set(all.filter((number) => isUnwanted(number)).map((number) => keyOf(block(number).cid.multihash.bytes)))
      part.remove((key) => unwanted.has(key))
      const kept = all.filter((number) => !isUnwanted(number)).map(block)
      const placed = part.placed(0)
      expect(placed.map(({ position, bytes }) => Buffer.from(part.bytes.subarray(position, position + bytes)).toString())).toEqual(kept.map(({ bytes }) => Buffer.from(bytes).toString()))
      const frames = readFrames(part.bytes.subarray(segmentHeader.length), segmentHeader.length)
      expect(frames).toMatchObject({ damaged: [], end: part.used })
      expect(frames.blocks.map(({ position }) => position)).toEqual(placed.map(({ position }) => position))
    }),
    { numRuns: 50 },
  )
})

test('a part behind another keeps its blocks in order', async () => {
  const { pool, part } = await newPart()
  const other = new Part(pool, await pool.take(), { isFirst: false })
  for (let i = 0; i < 10; i++) put(i < 5 ? part : other, block(i))
  part.join(other)
  expect(part.placed(0).map(({ position, bytes }) => Buffer.from(part.bytes.subarray(position, position + bytes)))).toEqual(Array.from({ length: 10 }, (_, i) => Buffer.from(block(i).bytes)))
})

test('takes any block while it is too short to go, and none that has no room after', async () => {
  const { part } = await newPart()
  expect(put(part, large(4 << 20))).toBe(true)
  expect(put(part, large(16 << 20))).toBe(true)
  expect(put(part, block(2))).toBe(false)
})

test('who finds no buffer waits for one', async () => {
  const { pool, part } = await newPart()
  await pool.take()
  await pool.take()
  let taken = false
  const waiting = pool.take().then(() => (taken = true))
  await new Promise(setImmediate)
  expect(taken).toBe(false)
  part.release()
  await waiting
})

test('a flipped bit costs one block, a torn end what is behind it', async () => {
  const { part } = await newPart(false)
  const all = Array.from({ length: 20 }, (_, i) => block(100 + i))
  for (const one of all) put(part, one)
  const bytes = new Uint8Array(part.bytes)
  const placed = part.placed(0)
  bytes[placed[7]!.position]! ^= 4
  const whole = readFrames(bytes, 0)
  expect([whole.blocks.length, whole.damaged, whole.end]).toEqual([19, [placed[7]], bytes.length])
  const torn = readFrames(bytes.subarray(0, bytes.length - 1), 0)
  expect([torn.blocks.length, torn.end]).toEqual([18, placed[18]!.position + placed[18]!.bytes])
})

test('the header is that of a CARv1', () => {
  expect(Buffer.from(segmentHeader).toString('hex')).toBe('11a265726f6f7473806776657273696f6e01')
})
