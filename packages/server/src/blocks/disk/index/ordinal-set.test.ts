import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OrdinalSet } from './ordinal-set.ts'

test('behaves as a set of numbers', () => {
  const ordinal = fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 32_700, max: 32_800 }), fc.integer({ min: 0, max: 5_000_000 }))
  const step = fc.oneof(fc.record({ add: ordinal }), fc.record({ remove: ordinal }))
  fc.assert(
    fc.property(fc.array(step), fc.array(ordinal), (steps, more) => {
      const set = new OrdinalSet()
      const model = new Set<number>()
      for (const each of steps) {
        if ('add' in each) {
          set.add(each.add)
          model.add(each.add)
        } else {
          set.delete(each.remove)
          model.delete(each.remove)
        }
      }
      const other = new OrdinalSet()
      for (const each of more) other.add(each)
      set.addAll(other)
      for (const each of more) model.add(each)
      expect([...set]).toEqual([...model].sort((a, b) => a - b))
      expect(set.size).toBe(model.size)
      for (let i = 0; i < 200; i++) expect(set.has(i)).toBe(model.has(i))
    }),
  )
})
