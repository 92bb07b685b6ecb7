import { expect, test } from 'vitest'
import { newId } from './ids.ts'

test('ids are UUIDs of version 7, each another one, that sort by their time', () => {
  const times = [0, 1, 2 ** 32, Date.UTC(2026, 0), Date.UTC(2026, 0) + 1, 2 ** 48 - 1]
  const ids = times.map((time) => newId(time))
  for (const id of ids) expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(Array.from({ length: 100 }, () => newId(5))).size).toBe(100)
})
