import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { readPaces } from './read-pace.ts'

const MiB = 1 << 20

test('who takes fast gets longer reads, but not at the beginning, when buffers take', () => {
  const pace = readPaces(256 * MiB)()
  expect([pace.window, pace.ahead]).toEqual([MiB, 1])
  pace.took(12 * MiB)
  expect([pace.window, pace.ahead]).toEqual([MiB, 1])
  pace.took(MiB)
  expect([pace.window, pace.ahead]).toEqual([4 * MiB, 2])
})

test('who takes slowly gets short ones', async () => {
  const pace = readPaces(256 * MiB)()
  pace.took(13 * MiB)
  await sleep(60)
  pace.took(MiB)
  expect([pace.window, pace.ahead]).toEqual([MiB, 1])
})

test('all share', () => {
  const paces = readPaces(12 * MiB)
  const [one, other] = [paces(), paces()]
  for (const pace of [one, other]) for (let i = 0; i < 20; i++) pace.took(MiB)
  expect(one.window).toBe(2 * MiB)
  other.end()
  expect(one.window).toBe(4 * MiB)
  Array.from({ length: 100 }, paces)
  expect(one.window).toBe(MiB)
})
