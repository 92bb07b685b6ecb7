import { profiles } from '@thole/dag'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseRange } from './range.ts'
import { openTestGateway } from './gateway.fixture.ts'

const content = Buffer.from(Array.from({ length: 50_000 }, (_, i) => i % 251))
const small = { ...profiles['unixfs-v1-2025'], chunkBytes: 4096, width: 4 }

test.each([
  ['bytes=0-0', { from: 0, to: 1 }],
  ['bytes=10-', { from: 10, to: 100 }],
  ['bytes=10-19', { from: 10, to: 20 }],
  ['bytes=90-200', { from: 90, to: 100 }],
  ['bytes=-10', { from: 90, to: 100 }],
  ['bytes=-1000', { from: 0, to: 100 }],
  ['BYTES=1-2', { from: 1, to: 3 }],
  ['bytes=5-6,0-1', { from: 5, to: 7 }],
  ['bytes=100-, 3-4', { from: 3, to: 5 }],
  ['bytes=100-', 'unsatisfiable'],
  ['bytes=99999999999999999999999-', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  ['bytes=5-4', undefined],
  ['bytes=a-b', undefined],
  ['bytes=-', undefined],
  ['bytes=', undefined],
  ['bytes=0-1,x', undefined],
  ['lines=0-1', undefined],
  ['', undefined],
])('%s of 100 bytes', (header, expected) => {
  expect(parseRange(header, 100)).toEqual(expected)
})

test('whatever is asked for lies within the content', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^bytes=[\d,-]{0,24}$/), fc.nat(1000), (header, size) => {
      const range = parseRange(header, size)
      if (typeof range !== 'object') return
      expect(range.from).toBeGreaterThanOrEqual(0)
      expect(range.from).toBeLessThan(range.to)
      expect(range.to).toBeLessThanOrEqual(size)
    }),
  )
})

test('a range is cut out of many blocks, and only those are read', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.file(content, small)
  const { headers } = await gateway.ask(`/ipfs/${cid}?filename=x.bin`)
  expect(headers).toMatchObject({ 'accept-ranges': 'bytes', 'content-length': '50000' })
  gateway.reads = 0
  const middle = await gateway.ask(`/ipfs/${cid}?filename=x.txt`, { headers: { range: 'bytes=8000-8200' } })
  expect(middle.status).toBe(206)
  expect(middle.headers).toMatchObject({ 'content-range': 'bytes 8000-8200/50000', 'content-length': '201', 'content-type': 'text/plain; charset=utf-8' })
  expect(middle.bytes.equals(content.subarray(8000, 8201))).toBe(true)
  // The root and two leaves: where they are is known since the first time.
  expect(gateway.reads).toBe(3)
})

test('what no byte satisfies is 416 and says the size', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.file('0123456789')
  const answer = await gateway.ask(`/ipfs/${cid}`, { headers: { range: 'bytes=10-' } })
  expect(answer.status).toBe(416)
  expect(answer.headers['content-range']).toBe('bytes */10')
  expect(answer.headers['etag']).toBeUndefined()
})

test('If-Range: the range for the same tag only, else the whole', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.file('0123456789')
  const ask = (ifRange: string) => gateway.ask(`/ipfs/${cid}`, { headers: { range: 'bytes=2-3', 'if-range': ifRange } })
  expect(await ask(`"${cid}"`)).toMatchObject({ status: 206, text: '23' })
  expect(await ask('"other"')).toMatchObject({ status: 200, text: '0123456789' })
  expect(await ask(`W/"${cid}"`)).toMatchObject({ status: 200 })
  expect(await ask('Wed, 21 Oct 2015 07:28:00 GMT')).toMatchObject({ status: 200 })
})

test('missing blocks outside of the range do not matter', async () => {
  await using gateway = await openTestGateway()
  const leaf = (n: number) => Buffer.alloc(4096, n)
  const cid = await gateway.file(Buffer.concat([1, 2, 3].map(leaf)), small)
  await using partial = await openTestGateway()
  const { bytes } = await gateway.ask(`/ipfs/${cid}?format=car`)
  const first = await gateway.block(0x55, leaf(1))
  await partial.car(bytes, [first.toString()])
  const answer = await partial.ask(`/ipfs/${cid}`, { headers: { range: 'bytes=5000-5001' } })
  expect(answer).toMatchObject({ status: 206, text: '\x02\x02' })
  await expect(partial.ask(`/ipfs/${cid}`)).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('ranges of raw blocks and of every kind of file agree with the whole', async () => {
  await using gateway = await openTestGateway()
  const cids = [await gateway.file(content), await gateway.file(content, small), await gateway.file(content, profiles['unixfs-v0-2015'])]
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...cids), fc.nat(49_999), fc.nat(20_000), async (cid, from, length) => {
      const answer = await gateway.ask(`/ipfs/${cid}`, { headers: { range: `bytes=${from}-${from + length}` } })
      expect(answer.status).toBe(206)
      expect(answer.bytes.equals(content.subarray(from, from + length + 1))).toBe(true)
      expect(Number(answer.headers['content-length'])).toBe(answer.bytes.length)
    }),
    { numRuns: 60 },
  )
})
