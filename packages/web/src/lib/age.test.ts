import { expect, it } from 'vitest'
import { formatAge, formatDuration } from './age.ts'

const now = Date.parse('2026-06-15T12:00:00Z')

it.each([
  ['2026-06-15T12:00:05Z', 'now'],
  ['2026-06-15T11:59:55Z', 'now'],
  ['2026-06-15T11:59:30Z', '30 sec. ago'],
  ['2026-06-15T11:55:01Z', '4 min. ago'],
  ['2026-06-15T09:00:00Z', '3 hr. ago'],
  ['2026-06-14T11:00:00Z', 'yesterday'],
  ['2024-06-01T00:00:00Z', '2 yr. ago'],
  ['nonsense', ''],
])('%s is %s', (iso, text) => {
  expect(formatAge(iso, now)).toBe(text)
})

it.each([
  [0.2, '1 s'],
  [59, '59 s'],
  [61, '2 min'],
  [7_000, '2 h'],
])('%d seconds are %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text)
})
