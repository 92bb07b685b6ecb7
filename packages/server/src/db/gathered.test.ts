import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { gathered } from './gathered.ts'

it('runs at once, then once for all who asked meanwhile, and never after it was stopped', async () => {
  let runs = 0
  const one = gathered(() => runs++)
  for (let i = 0; i < 100; i++) one.ask()
  expect(runs).toBe(1)
  await sleep(30)
  expect(runs).toBe(2)
  await sleep(50)
  expect(runs).toBe(2)
  one.ask()
  expect(runs).toBe(3)
  one.ask()
  one.stop()
  await sleep(50)
  expect(runs).toBe(3)
})
