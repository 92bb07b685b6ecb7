import { expect, it } from 'vitest'
import { storedIn } from './stored-in.ts'

const start = '2026-11-22T00:00:00.000Z'
const after = (hours: number) => Date.parse(start) + hours * 3_600_000

it('is an average over a whole step, or over what has gone by of it', () => {
  expect(storedIn({ start, byteHours: 2_400 }, 'day', after(48))).toBe(100)
  expect(storedIn({ start, byteHours: 900 }, 'day', after(9))).toBe(100)
  expect(storedIn({ start, byteHours: 100 }, 'hour', after(1))).toBe(100)
  expect(storedIn({ start, byteHours: 50 }, 'hour', after(0.5))).toBe(100)
})

it('is a number in the first moment of a step', () => {
  expect(storedIn({ start, byteHours: 0 }, 'hour', after(0))).toBe(0)
})
