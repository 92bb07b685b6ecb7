import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pacer } from './pacer.ts'

test('never more than the rate, and no saved-up burst', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 2, maxLength: 50 }), (rate, pauses) => {
      let time = 0
      const pace = pacer(rate, () => time)
      const starts = pauses.map((pause) => {
        time += pause
        return time + pace()
      })
      for (let i = 1; i < starts.length; i++) expect(starts[i]! - starts[i - 1]!).toBeGreaterThanOrEqual(1000 / rate - 1e-6)
      expect(starts[0]).toBe(pauses[0])
    }),
  )
})
