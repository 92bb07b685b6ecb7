import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tokenBuckets } from './token-buckets.ts'

function house(perMinute: number, maxBuckets = 1000) {
  const clock = { time: 1_000_000, now: () => clock.time }
  return { clock, buckets: tokenBuckets({ capacity: perMinute, maxBuckets, clock }) }
}

test('a bucket gives what it holds, then what flows in', () => {
  const { clock, buckets } = house(6)
  for (let left = 5; left >= 0; left--) expect(buckets.take('a')).toMatchObject({ ok: true, limit: 6, remaining: left })
  expect(buckets.take('a')).toEqual({ ok: false, limit: 6, remaining: 0, fullIn: 60_000, nextIn: 10_000 })
  clock.time += 9_999
  expect(buckets.take('a').ok).toBe(false)
  clock.time += 1
  expect(buckets.take('a')).toMatchObject({ ok: true, remaining: 0 })
  clock.time += 3_600_000
  expect(buckets.take('a').remaining).toBe(5)
})

test('one id is nothing to another, and to look takes nothing', () => {
  const { buckets } = house(1)
  expect(buckets.look('a')).toMatchObject({ ok: true, remaining: 1, fullIn: 0, nextIn: 0 })
  expect(buckets.has('a')).toBe(false)
  buckets.take('a')
  expect(buckets.look('a')).toMatchObject({ ok: false, nextIn: 60_000 })
  expect(buckets.has('a')).toBe(true)
  expect(buckets.take('b').ok).toBe(true)
})

test('whoever is forgotten in a quiet minute was full', () => {
  const { clock, buckets } = house(60)
  for (let i = 0; i < 30; i++) buckets.take('a')
  clock.time += 59_999
  buckets.take('b')
  clock.time += 60_000
  buckets.take('c')
  clock.time += 60_000
  buckets.take('d')
  expect(['a', 'b', 'c', 'd'].map(buckets.has)).toEqual([false, false, true, true])
  expect(buckets.look('a').remaining).toBe(60)
})

test('a clock that goes back gives nothing away and takes nothing', () => {
  const { clock, buckets } = house(10)
  buckets.take('a')
  clock.time -= 500_000
  expect(buckets.take('a').remaining).toBe(8)
})

test('memory is bounded whatever the number of ids', () => {
  const { buckets } = house(10, 100)
  for (let i = 0; i < 10_000; i++) buckets.take(`id ${i}`)
  const known = Array.from({ length: 10_000 }, (_, i) => `id ${i}`).filter(buckets.has)
  expect(known.length).toBeLessThanOrEqual(100)
  expect(known).toContain('id 9999')
})

test('never more in any span of time than the bucket holds and what flows in', () => {
  const steps = fc.array(fc.tuple(fc.nat(5_000), fc.nat(30)), { maxLength: 100 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 600 }), steps, (perMinute, calls) => {
      const { clock, buckets } = house(perMinute)
      const start = clock.time
      let given = 0
      for (const [wait, tries] of calls) {
        clock.time += wait
        for (let i = 0; i < tries; i++) if (buckets.take('a').ok) given++
        expect(given).toBeLessThanOrEqual(perMinute + ((clock.time - start) * perMinute) / 60_000 + 1e-6)
      }
    }),
  )
})
