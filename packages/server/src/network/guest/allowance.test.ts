import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { allowance } from './allowance.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('may be spent at once, and comes back with time', () => {
  const { spend } = allowance(100, 10)
  expect(spend(100)).toBe(true)
  expect(spend(1)).toBe(false)
  vi.advanceTimersByTime(1000)
  expect(spend(9)).toBe(true)
  expect(spend(1)).toBe(false)
  vi.advanceTimersByTime(3_600_000)
  expect(spend(100)).toBe(true)
  expect(spend(1)).toBe(false)
})
