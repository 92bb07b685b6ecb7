import { expect, test } from 'vitest'
import { kinds, planRound } from './plan.ts'
import { bytesOf, random } from './random.ts'

test('the same seed gives the same round, another one another', () => {
  expect(planRound('a', 7)).toEqual(planRound('a', 7))
  expect(planRound('b', 7)).not.toEqual(planRound('a', 7))
  expect(planRound('a', 8)).not.toEqual(planRound('a', 7))
})

test('every kind of round comes up, or only those that are wanted', () => {
  const of = (only = kinds) => new Set(Array.from({ length: 200 }, (_, number) => planRound('a', number, only).kind))
  expect(of()).toEqual(new Set(kinds))
  expect(of(['power', 'full'] as unknown as typeof kinds)).toEqual(new Set(['power', 'full']))
})

test('delays are within their bounds, and storms end in deletes', () => {
  for (let number = 0; number < 200; number++) {
    const { kind, workMs, storm, startKills, room } = planRound('a', number)
    expect(workMs).toBeGreaterThanOrEqual(100)
    expect(workMs).toBeLessThanOrEqual(1500)
    expect([storm.length > 0, startKills.length > 0, room < Infinity]).toEqual([kind === 'storm', kind === 'startup', kind === 'full'])
  }
})

test('chance: reaches both ends, keeps to weights, shuffles everything', () => {
  const r = random('a')
  const seen = Array.from({ length: 1000 }, () => r.whole(3, 5))
  expect(new Set(seen)).toEqual(new Set([3, 4, 5]))
  const scaled = Array.from({ length: 1000 }, () => r.scale(1, 1 << 20))
  expect(scaled.every((n) => n >= 1 && n <= 1 << 20)).toBe(true)
  expect(scaled.filter((n) => n < 1024).length).toBeGreaterThan(350)
  const drawn = Array.from({ length: 1000 }, () => r.weighted({ often: 9, seldom: 1, never: 0 }))
  expect(drawn.filter((name) => name === 'often').length).toBeGreaterThan(800)
  expect(drawn).not.toContain('never')
  expect(r.shuffled([1, 2, 3, 4]).sort()).toEqual([1, 2, 3, 4])
})

test('bytes follow from their name', () => {
  expect(bytesOf('a', 100)).toEqual(bytesOf('a', 100))
  expect(bytesOf('a', 100)).not.toEqual(bytesOf('b', 100))
  expect(bytesOf('a', 4097).length).toBe(4097)
})
