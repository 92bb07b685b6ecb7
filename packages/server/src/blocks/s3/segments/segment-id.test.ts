import { expect, test } from 'vitest'
import { newSegmentId, segmentKey, segmentOf } from './segment-id.ts'

test('ids sort by time and are unique', () => {
  const times = [0, 1, 31, 32, 1_700_000_000_000, 1_700_000_000_001, 4_000_000_000_000]
  const ids = times.map((time) => newSegmentId(time))
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(Array.from({ length: 1000 }, () => newSegmentId(5))).size).toBe(1000)
})

test('only our own objects are segments', () => {
  const id = newSegmentId()
  expect(segmentOf(segmentKey(id))).toBe(id)
  expect(['store.id', 'segments/notes.car', `segments/${id}.txt`, `x/segments/${id}.car`].map(segmentOf)).toEqual([undefined, undefined, undefined, undefined])
})
