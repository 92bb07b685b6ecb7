import { expect, test } from 'vitest'
import { endOf, isSoon, never } from './ends.ts'

const now = Date.parse('2027-01-01T12:00:00Z')

test('a key ends never, after days, or with a day', () => {
  expect(endOf(never, now)).toBeUndefined()
  expect(endOf({ days: 7 }, now)).toBe('2027-01-08T12:00:00.000Z')
  expect(endOf({ on: '2027-02-03' }, now)).toBe(new Date(2027, 1, 3, 23, 59, 59).toISOString())
  expect(endOf({ on: '' }, now)).toBeUndefined()
})

test('what ends within a week ends soon', () => {
  expect(isSoon('2027-01-08T11:59:59Z', now)).toBe(true)
  expect(isSoon('2027-01-08T12:00:00Z', now)).toBe(false)
})
