import { createHash, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BlockIndex } from './block-index.ts'

const hashOf = (number: number) => Buffer.concat([Buffer.from([0x12, 0x20]), createHash('sha256').update(String(number)).digest()])

test('finds what was added, where it was said to be, through growth and forgetting', () => {
  const index = new BlockIndex(randomBytes(32))
  for (let i = 0; i < 100_000; i++) index.add(hashOf(i), i % 7, i * 10, i % 1000)
  index.truncate(60_000)
  for (let i = 60_000; i < 70_000; i++) expect(index.find(hashOf(i))).toBe(-1)
  for (let i = 200_000; i < 250_000; i++) index.add(hashOf(i), 9, i, 1)
  expect(index.count).toBe(110_000)
  for (let i = 0; i < 60_000; i++) {
    const ordinal = index.find(hashOf(i))
    expect([ordinal, index.segment(ordinal), index.offset(ordinal), index.length(ordinal)]).toEqual([i, i % 7, i * 10, i % 1000])
  }
  expect(index.find(hashOf(249_999))).toBe(109_999)
})

test('behaves as a map for any row of additions and truncations', () => {
  const step = fc.oneof(fc.record({ add: fc.integer({ min: 0, max: 300 }) }), fc.record({ keep: fc.integer({ min: 0, max: 300 }) }))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const index = new BlockIndex(new Uint8Array(32).fill(5))
      const model: number[] = []
      for (const each of steps) {
        if ('keep' in each) {
          if (each.keep < model.length) model.length = each.keep
          index.truncate(model.length)
        } else if (!model.includes(each.add)) {
          model.push(each.add)
          index.add(hashOf(each.add), 0, 0, 0)
        }
      }
      for (let i = 0; i <= 300; i++) expect(index.find(hashOf(i))).toBe(model.indexOf(i))
    }),
    { numRuns: 60 },
  )
})

test('multihashes that differ in a bit, or in their length alone, are told apart', () => {
  const index = new BlockIndex(randomBytes(32))
  const hash = hashOf(1)
  index.add(hash, 0, 0, 0)
  for (let bit = 0; bit < hash.length * 8; bit++) {
    const other = Buffer.from(hash)
    other[bit >>> 3]! ^= 1 << (bit & 7)
    expect(index.find(other)).toBe(-1)
  }
  expect(index.find(Buffer.concat([hash, Buffer.alloc(1)]))).toBe(-1)
  expect(index.find(hash.subarray(0, 33))).toBe(-1)
})
