import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { describe, expect, it } from 'vitest'
import { codecs } from '../cid/codecs.ts'
import { digest } from './digest.ts'
import './rare.ts'
import { matches, verifyBlock } from './verify.ts'

const abc = Buffer.from('abc')
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** FIPS 180-4, FIPS 202, RFC 7693, and the BLAKE3 specification's answers for "abc". */
describe('digest', () => {
  it.each([
    [0x12, 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [0x13, 'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f'],
    [0x14, 'b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0'],
    [0x15, 'ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b298d88cea927ac7f539f1edf228376d25'],
    [0x16, '3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532'],
    [0x17, 'e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf'],
    [0x1e, '6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85'],
    [0xb220, 'bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319'],
    [0xb240, 'ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923'],
    [0x00, '616263'],
  ])('0x%s', (code, expected) => {
    const found = digest(code, abc)
    expect(hex(found)).toBe(expected)
  })

  it('is a plain Uint8Array', () => {
    expect(Buffer.isBuffer(digest(0x12, abc))).toBe(false)
  })

  it.each([0x11, 0x1b, 0xb201, 0xb241])('refuses 0x%s', (code) => {
    expect(() => digest(code, abc)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_CODEC' }))
  })
})

describe('matches', () => {
  const named = (bytes: Uint8Array) => CID.createV1(codecs.raw, create(0x12, bytes))

  it('compares the whole digest', () => {
    const whole = digest(0x12, abc)
    expect(matches(named(whole), abc)).toBe(true)
    expect(matches(named(whole), Buffer.from('abd'))).toBe(false)
    expect(matches(named(whole.subarray(0, 31)), abc)).toBe(false)
    expect(matches(named(new Uint8Array()), abc)).toBe(false)
  })

  it('is told by verifyBlock', () => {
    const cid = named(digest(0x12, abc))
    expect(() => verifyBlock({ cid, bytes: abc })).not.toThrow()
    expect(() => verifyBlock({ cid, bytes: Buffer.from('abd') })).toThrow(expect.objectContaining({ code: 'HASH_MISMATCH', data: expect.objectContaining({ cid: String(cid) }) }))
  })
})
