import { carFrame, codecs, digest } from '@thole/dag'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { expect, test } from 'vitest'
import { headBefore } from './head.ts'

const sha256 = 0x12

test('finds where a frame starts from where its block does, whatever is before it', () => {
  const codec = fc.constantFrom(codecs.raw, codecs.dagPb, codecs.dagJson, 0x1000, 0x300_000)
  const hash = fc.constantFrom(sha256, 0x13, 0xb220, 0xb240)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 300 }), codec, hash, fc.boolean(), (before, bytes, code, function_, isV0) => {
      const multihash = createDigest(isV0 ? sha256 : function_, digest(isV0 ? sha256 : function_, bytes))
      const cid = isV0 ? CID.createV0(createDigest(sha256, multihash.digest)) : CID.createV1(code, multihash)
      const frame = Buffer.concat(carFrame({ cid, bytes }))
      const all = Buffer.concat([before, frame])
      const head = headBefore(all, all.length - bytes.length, bytes.length, (candidate) => Buffer.compare(candidate, multihash.bytes) === 0)
      expect(head && Buffer.from(head.hash)).toEqual(Buffer.from(multihash.bytes))
      expect(head!.start).toBe(before.length)
    }),
    { numRuns: 500 },
  )
})

test('a head that is damaged is told apart', () => {
  const bytes = Buffer.from('bytes')
  const multihash = createDigest(sha256, digest(sha256, bytes))
  const frame = Buffer.concat(carFrame({ cid: CID.createV1(codecs.raw, multihash), bytes }))
  const at = frame.length - bytes.length
  const isHash = (candidate: Uint8Array) => Buffer.compare(candidate, multihash.bytes) === 0
  expect(headBefore(frame, at, bytes.length, isHash)?.start).toBe(0)
  for (const byte of [0, 1, 3, 4, 20, at - 1]) {
    const damaged = Buffer.from(frame)
    damaged[byte]! ^= 0x10
    expect(headBefore(damaged, at, bytes.length, isHash)).toBeUndefined()
  }
})
