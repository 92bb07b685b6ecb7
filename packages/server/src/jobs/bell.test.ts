import { expect, test } from 'vitest'
import { createBell } from './bell.ts'

const forever = 1e9

test('ends the wait of whoever waits, and the next one where nobody does', async () => {
  const bell = createBell()
  const waiting = bell.wait(forever)
  bell.ring()
  await waiting
  bell.ring()
  bell.ring()
  await bell.wait(forever)
  let isOver = false
  const next = bell.wait(forever).then(() => (isOver = true))
  await new Promise(setImmediate)
  expect(isOver).toBe(false)
  bell.ring()
  await next
})

test('without it the time ends the wait', async () => {
  const bell = createBell()
  const started = performance.now()
  await bell.wait(20)
  expect(performance.now() - started).toBeGreaterThan(15)
})
