import { expect, it } from 'vitest'
import { createRate } from './rate.ts'

it('tells bytes a second over a sliding window', () => {
  const rate = createRate()
  expect(rate.add(0, 1_000)).toBe(0)
  expect(rate.add(500, 1_500)).toBe(1_000)
  expect(rate.add(1_000, 2_000)).toBe(1_000)
  // The fast first seconds are out of the window: only the slow part counts.
  expect(rate.add(1_100, 6_000)).toBe(25)
})
