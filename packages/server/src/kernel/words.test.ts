import { expect, test } from 'vitest'
import { bytesInWords, count, durationInWords } from './words.ts'

test('bytes', () => {
  expect([0, 1023, 1024, 1536, 5 * 1024 ** 3].map(bytesInWords)).toEqual(['0 B', '1023 B', '1 KiB', '1.5 KiB', '5 GiB'])
})

test('durations are coarse and never zero', () => {
  expect([0, 1000, 60_000, 120_000, 7_200_000, 172_800_000].map(durationInWords)).toEqual(['1 second', '1 second', '60 seconds', '2 minutes', '2 hours', '2 days'])
})

test('counts', () => {
  expect([count(1, 'block'), count(1200, 'block'), count(2, 'address', 'addresses')]).toEqual(['1 block', '1,200 blocks', '2 addresses'])
})
