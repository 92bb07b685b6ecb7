import { expect, test } from 'vitest'
import { CidSet } from './cid-set.ts'

const hash = new Uint8Array(34)
const view = new DataView(hash.buffer)

test('knows what was added, by codec and multihash, also when it has grown', () => {
  const set = new CidSet()
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 30_000; i++) {
      view.setUint32(20, i)
      expect(set.add(i % 2 ? 0x55 : 0x70, hash)).toBe(round === 0)
    }
  }
  view.setUint32(20, 1)
  expect([set.has(0x55, hash), set.has(0x70, hash), set.size]).toEqual([true, false, 30_000])
  expect(set.memory / set.size).toBeLessThan(40)
})

test('goes by the bytes named, wherever they stand', () => {
  const set = new CidSet()
  expect(set.add(0x55, Uint8Array.of(9, 1, 2, 3, 9), 1, 4)).toBe(true)
  expect(set.add(0x55, Uint8Array.of(1, 2, 3))).toBe(false)
  expect(set.add(0x55, Uint8Array.of(1, 2, 3, 0))).toBe(true)
  expect(set.add(0x55, Uint8Array.of(1, 2))).toBe(true)
})

test('hashes that differ in the uppermost bit of some words are told apart', () => {
  const set = new CidSet()
  for (let at = 2; at < 30; at += 4) {
    for (let other = at + 4; other < 34; other += 4) {
      const changed = new Uint8Array(34)
      changed[at]! ^= 0x80
      changed[other]! ^= 0x80
      expect(set.add(0x55, changed)).toBe(true)
    }
  }
})
