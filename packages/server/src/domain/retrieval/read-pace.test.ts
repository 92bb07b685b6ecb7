import { expect, test } from 'vitest'
import { readPaces } from './read-pace.ts'

const MiB = 1 << 20

test('who takes fast gets longer reads, but not at the beginning, when buffers take', () => {
  const pace = readPaces(256 * MiB)()
  expect([pace.window, pace.ahead]).toEqual([MiB, 1])
  pace.took(12 * MiB, 0)
  expect([pace.window, pace.ahead]).toEqual([MiB, 1])
  pace.took(MiB, 1)
  expect([pace.window, pace.ahead]).toEqual([4 * MiB, 2])
  // Small chunks tell together.
  for (let i = 0; i < 256; i++) pace.took(4096, 1)
  expect([pace.window, pace.ahead]).toEqual([MiB, 1])
})

test('who takes slowly gets short ones', () => {
  const pace = readPaces(256 * MiB)()
  pace.took(13 * MiB, 13_000)
  expect([pace.window, pace.ahead]).toEqual([MiB, 1])
  pace.took(MiB, 12.5)
  expect([pace.window, pace.ahead]).toEqual([2 * MiB, 2])
})

test('all share', () => {
  const paces = readPaces(12 * MiB)
  const [one, other] = [paces(), paces()]
  for (const pace of [one, other]) pace.took(20 * MiB, 1)
  expect(one.window).toBe(2 * MiB)
  other.end()
  expect(one.window).toBe(4 * MiB)
  Array.from({ length: 100 }, paces)
  expect(one.window).toBe(MiB)
})
