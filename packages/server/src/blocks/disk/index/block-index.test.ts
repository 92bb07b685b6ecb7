import { createHash, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BlockIndex } from './block-index.ts'

const hashOf = (number: number) => Buffer.concat([Buffer.from([0x12, 0x20]), createHash('sha256').update(String(number)).digest()])

test('finds what was added, where it was said to be, through growth and forgetting', () => {
  const index = new BlockIndex(randomBytes(32))
  for (let i = 0; i < 100_000; i++) index.add(hashOf(i), 1 + (i % 7), i * 10, i % 1000)
  index.truncate(60_000)
  for (let i = 60_000; i < 70_000; i++) expect(index.find(hashOf(i))).toBe(-1)
  for (let i = 200_000; i < 250_000; i++) index.add(hashOf(i), 9, i, 1)
  expect(index.count).toBe(110_000)
  for (let i = 0; i < 60_000; i++) {
    const ordinal = index.find(hashOf(i))
    expect([ordinal, index.segment(ordinal), index.offset(ordinal), index.length(ordinal)]).toEqual([i, 1 + (i % 7), i * 10, i % 1000])
  }
  expect(index.find(hashOf(249_999))).toBe(109_999)
})

test('whoever does not know the key cannot make two multihashes of one fingerprint', () => {
  const index = new BlockIndex(randomBytes(32))
  for (let i = 0; i < 1000; i++) {
    const hash = hashOf(i)
    index.add(hash, 1, i, 1)
    // Differences that cancel out where factors are odd, or where words are only added up.
    for (const [bytes, change] of [[[5, 9], 0x80], [[5, 13], 0xff], [[6, 10], 0x01]] as const) {
      const forged = Buffer.from(hash)
      for (const at of bytes) forged[at]! ^= change
      expect(index.find(forged)).toBe(-1)
    }
  }
})

test('removing makes holes; the memory of what is all gone comes back', () => {
  const index = new BlockIndex(randomBytes(32))
  const hashes = Array.from({ length: 90_000 }, (_, i) => hashOf(i))
  for (const [i, hash] of hashes.entries()) index.add(hash, 1, i, 1)
  for (let i = 0; i < 80_000; i++) index.remove(i)
  expect([index.count, index.live]).toEqual([90_000, 10_000])
  for (let i = 0; i < 90_000; i += 97) expect([index.find(hashes[i]!), index.isLive(i)]).toEqual(i < 80_000 ? [-1, false] : [i, true])
  for (let i = 0; i < 80_000; i++) index.add(hashes[i]!, 2, i, 1)
  for (let i = 0; i < 90_000; i += 97) expect(index.find(hashes[i]!)).toBe(i < 80_000 ? 90_000 + i : i)
})

test('behaves as a map for any row of additions, removals, moves, damage and truncations', () => {
  const number = fc.integer({ min: 0, max: 60 })
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ add: number }) },
    { weight: 2, arbitrary: fc.record({ remove: number }) },
    fc.record({ bad: number }),
    fc.record({ move: number }),
    fc.record({ keep: fc.integer({ min: 0, max: 300 }) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 600 }), (steps) => {
      const index = new BlockIndex(new Uint8Array(32).fill(5))
      const model: ({ name: number; bad: boolean; offset: number } | undefined)[] = []
      const find = (name: number) => {
        const good = model.findIndex((entry) => entry?.name === name && !entry.bad)
        return good >= 0 ? good : model.findIndex((entry) => entry?.name === name)
      }
      for (const each of steps) {
        if ('keep' in each) {
          if (each.keep < model.length) model.length = each.keep
          index.truncate(model.length)
        } else if ('add' in each) {
          const known = find(each.add)
          // One bad entry and a good one are the most that there is of a block.
          if (known >= 0 && !(model[known]!.bad && model.filter((entry) => entry?.name === each.add).length === 1)) continue
          expect(index.add(hashOf(each.add), 3, model.length, each.add)).toBe(model.length)
          model.push({ name: each.add, bad: false, offset: model.length })
        } else {
          const [kind, name] = Object.entries(each)[0]!
          const known = find(name)
          if (known < 0) continue
          if (kind === 'remove') {
            index.remove(known)
            model[known] = undefined
          } else if (kind === 'move') {
            index.move(known, 4, 1000 + known)
            model[known]!.offset = 1000 + known
          } else if (!model.some((entry) => entry?.name === name && entry.bad)) {
            index.markBad(known)
            model[known]!.bad = true
          }
        }
      }
      for (let name = 0; name <= 60; name++) {
        const known = find(name)
        expect(index.find(hashOf(name))).toBe(known)
        expect(index.findGood(hashOf(name))).toBe(known >= 0 && model[known]!.bad ? -1 : known)
        if (known >= 0) expect([index.offset(known), index.length(known), index.isOf(known, hashOf(name))]).toEqual([model[known]!.offset, name, true])
      }
      expect(index.live).toBe(model.filter((entry) => entry).length)
      expect([...index.bad]).toEqual(model.flatMap((entry, ordinal) => (entry?.bad ? [ordinal] : [])))
    }),
    { numRuns: 100 },
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
