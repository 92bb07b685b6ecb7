import { carFrame } from '@thole/dag'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { expect, test } from 'vitest'
import { frameStart, maxFrameLead } from './frame-start.ts'

const cid = fc.oneof(
  fc.tuple(fc.constantFrom(0x55, 0x70, 0x71, 0x0129, 0x0300, 0xb2017c03), fc.integer({ min: 20, max: 64 })).chain(([codec, length]) =>
    fc.uint8Array({ minLength: length, maxLength: length }).map((digest) => CID.createV1(codec, createDigest(0x1b, digest)))),
  fc.uint8Array({ minLength: 32, maxLength: 32 }).map((digest) => CID.createV0(createDigest(0x12, digest))),
)

test('finds the begin of any frame among others, whatever its codec', () => {
  const blocks = fc.array(fc.record({ cid, bytes: fc.uint8Array({ maxLength: 300 }) }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(blocks, (all) => {
      const segment = Buffer.concat(all.flatMap((block) => carFrame(block)))
      let start = 0
      for (const block of all) {
        const [head] = carFrame(block) as [Uint8Array, Uint8Array]
        const hashBytes = block.cid.multihash.bytes.length
        // A reader has no more in front than the lead.
        const from = Math.max(0, start + head.length - hashBytes - maxFrameLead)
        expect(frameStart(segment.subarray(from), start + head.length - from, hashBytes, block.bytes.length)).toBe(start - from)
        start += head.length + block.bytes.length
      }
    }),
  )
})

test('finds none where there is none', () => {
  expect(frameStart(new Uint8Array(100), 50, 34, 10)).toBeUndefined()
})
