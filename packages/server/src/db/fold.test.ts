import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fold } from './fold.ts'

it('meets spellings that differ in case alone', () => {
  expect(new Set(['STRASSE', 'straße', 'StraẞE'].map(fold)).size).toBe(1)
  expect(new Set(['ΟΔΟΣ', 'οδος', 'οδοσ'].map(fold)).size).toBe(1)
  expect(fold('é')).not.toBe(fold('e'))
})

it('folds a part to a part of the folded whole, and what is folded to itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
      expect(fold(a + b)).toBe(fold(a) + fold(b))
      expect(fold(fold(a))).toBe(fold(a))
    }),
  )
})
