import { expect, test } from 'vitest'
import { parseConfig } from './config.ts'
import { readEnv } from './env.ts'

const blocks = (place: string) => parseConfig(readEnv({ THOLE_DATA: '/data', THOLE_BLOCKS: place, THOLE_MIN_FREE: '7' })).blocks

test('blocks are in a folder or in a bucket', () => {
  expect(blocks('')).toEqual({ folder: '/data/blocks', minFree: 7 })
  expect(blocks('below')).toEqual({ folder: '/data/below', minFree: 7 })
  expect(blocks('/elsewhere')).toEqual({ folder: '/elsewhere', minFree: 7 })
  expect(blocks('s3://bucket')).toEqual({ bucket: 'bucket', prefix: '', minFree: 7 })
  expect(blocks('s3://bucket/')).toEqual({ bucket: 'bucket', prefix: '', minFree: 7 })
  expect(blocks('s3://my.bucket/a/b//')).toEqual({ bucket: 'my.bucket', prefix: 'a/b', minFree: 7 })
})

test.each(['s3://', 's3:///x', 'gs://bucket', 'https://bucket.s3.amazonaws.com'])('%s is refused', (place) => {
  expect(() => blocks(place)).toThrow(/THOLE_BLOCKS must be/)
})
