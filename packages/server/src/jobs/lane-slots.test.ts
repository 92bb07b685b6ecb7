import { expect, test } from 'vitest'
import { laneSlots, whoGivesWay } from './lane-slots.ts'

const held = (lane: string, times: number, { rank = 0, since = 0 } = {}) => Array.from({ length: times }, (_, i) => ({ lane, rank, since: since + i }))
const admitted = (admits: (lane: string, rank: number) => boolean, lane: string, rank = 0) => {
  let n = 0
  while (n < 1000 && admits(lane, rank)) n++
  return n
}

test('one lane alone leaves half of the slots, the next one half of those; the last one goes to whoever has none', () => {
  const admits = laneSlots(32, [])
  expect(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((lane) => admitted(admits, lane))).toEqual([16, 8, 4, 2, 1, 1, 0])
})

test('what is tried again leaves room for what was never tried', () => {
  const admits = laneSlots(32, held('a', 3, { rank: 1 }))
  expect([admitted(admits, 'a', 1), admitted(admits, 'b', 1), admitted(admits, 'a')]).toEqual([5, 0, 8])
})

test('the longest run of the lane that holds most gives way, after its turn, to one that holds fewer', () => {
  const all = [...held('a', 2, { since: 50 }), ...held('b', 3, { since: 10 }), ...held('c', 1)]
  expect(whoGivesWay(all, ['d'], 100)).toMatchObject({ lane: 'b', since: 10 })
  expect(whoGivesWay(all, ['d'], 5)).toMatchObject({ lane: 'c' })
  expect(whoGivesWay(all, ['b'], 100)).toBeUndefined()
  expect(whoGivesWay(all, ['a', 'b'], 100)).toMatchObject({ lane: 'b' })
  expect(whoGivesWay(all, ['d'], -1)).toBeUndefined()
})
