import { expect, test } from 'vitest'
import { chooseMerges } from './choose.ts'

const MiB = 1 << 20
const options = { liveRatio: 0.7, smallBytes: 4 * MiB, segmentBytes: 256 * MiB, segmentBlocks: 1000 }
const segment = (id: string, bytes: number, live: number, blocks = 10) => ({ id, bytes: bytes * MiB, live: live * MiB, blocks, created: 0 })
const choose = (...segments: ReturnType<typeof segment>[]) => chooseMerges(segments, options).map((group) => group.map(({ id }) => id))

test('what is full and large stays', () => {
  expect(choose(segment('a', 256, 250), segment('b', 8, 7))).toEqual([])
})

test('a sparse one goes alone, small ones only together', () => {
  expect(choose(segment('sparse', 256, 100))).toEqual([['sparse']])
  expect(choose(segment('small', 1, 1))).toEqual([])
  expect(choose(segment('a', 1, 1), segment('large', 200, 200), segment('b', 2, 2))).toEqual([['a', 'b']])
})

test('a group fills one segment at most, by bytes and by blocks', () => {
  const groups = choose(...Array.from({ length: 5 }, (_, i) => segment(`${i}`, 256, 100)))
  expect(groups).toEqual([['0', '1'], ['2', '3'], ['4']])
  expect(choose(segment('a', 1, 1, 600), segment('b', 1, 1, 400), segment('c', 1, 1, 1), segment('d', 1, 1, 1))).toEqual([['a', 'b'], ['c', 'd']])
})
