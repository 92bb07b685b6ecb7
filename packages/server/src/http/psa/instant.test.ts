import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readInstant } from './instant.ts'

const at = Date.parse('2025-01-02T03:04:05.600Z')

test.each([
  ['2025-01-02T03:04:05.6Z', at],
  ['2025-01-02t03:04:05.600z', at],
  ['2025-01-02T04:04:05.6+01:00', at],
  ['2025-01-01T21:34:05.6-05:30', at],
  ['2025-01-02T03:04:05.600000000Z', at],
  ['2025-01-02T03:04:05Z', at - 600],
  ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
  ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1)],
  ['9999-12-31T23:59:59.999Z', 253402300799999],
  ['0000-01-01T00:00:00Z', -62167219200000],
])('row 15: %s', (text, ms) => {
  expect(readInstant(text)).toEqual({ ms, finer: false })
})

test('row 15: what is finer than a millisecond', () => {
  expect(readInstant('2025-01-02T03:04:05.600000001Z')).toEqual({ ms: at, finer: true })
  expect(readInstant('2025-01-02T03:04:05.6009Z')).toEqual({ ms: at, finer: true })
})

test.each([
  '', 'yesterday', '1735787045', '2025-01-02', '2025-01-02T03:04Z', '2025-01-02T03:04:05', '2025-01-02T03:04:05.Z', '2025-01-02T03:04:05.1234567890Z',
  '2025-13-02T03:04:05Z', '2025-00-02T03:04:05Z', '2025-02-29T03:04:05Z', '2025-04-31T03:04:05Z', '2025-01-00T03:04:05Z', '2025-01-02T24:00:00Z',
  '2025-01-02T03:60:05Z', '2025-01-02T03:04:61Z', '2025-01-02T03:04:05+24:00', '2025-01-02T03:04:05+01:60', '2025-01-02T03:04:05+0100',
  '10000-01-01T00:00:00Z', '-001-01-01T00:00:00Z', ' 2025-01-02T03:04:05Z', '2025-01-02T03:04:05Z\n', '２０２５-01-02T03:04:05Z',
])('row 15: %j is none', (text) => {
  expect(readInstant(text)).toBeUndefined()
})

test('row 15: agrees with the clock, with zeros trimmed and without', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }), (date) => {
      const text = date.toISOString()
      expect(readInstant(text)).toEqual({ ms: date.getTime(), finer: false })
      expect(readInstant(text.replace(/\.?0*Z$/, 'Z'))?.ms).toBe(date.getTime())
    }),
  )
})
