import { bases } from 'multiformats/basics'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import '../hash/rare.ts'
import { DagError } from '../fault.ts'
import { decodeCid } from './bytes.ts'
import { codecs, identityBytes, isLeaf } from './codecs.ts'
import { canonicalCid, parseCid } from './parse.ts'
import { assertStorable } from './storable.ts'

const v0 = 'QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn'
const v1 = 'bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354'
const cidOf = (codec: number, hash: number, length: number) => CID.createV1(codec, create(hash, new Uint8Array(length).fill(7)))

describe('parseCid', () => {
  it('reads both versions, which share a canonical form', () => {
    expect(String(parseCid(v0))).toBe(v0)
    expect(String(parseCid(v1))).toBe(v1)
    expect(canonicalCid(parseCid(v0))).toBe(v1)
    expect(canonicalCid(parseCid(v1))).toBe(v1)
  })

  it.each(Object.values(bases).filter((base) => base.name !== 'identity'))('reads $name', (base) => {
    expect(canonicalCid(parseCid(base.encode(CID.parse(v1).bytes)))).toBe(v1)
  })

  it.each([
    'k51qzi5uqu5dlvj2baxnqndepeb86cbk3ng7n3i46uzyxzyqj2xjonzllnv0v8',
    '12D3KooWH64qA2whcwsNYvnjPTeJPp11tC9wLHpUzqws9ATCjyni',
    'bafzaajaiaejcbzdibmxyzdjbbehgvizh6g5tikvy47mshdy6gwbruvgwvd24seje',
  ])('says that %s is an IPNS name', (text) => {
    expect(() => parseCid(text)).toThrow(expect.objectContaining({ code: 'INVALID_CID', message: expect.stringContaining('IPNS name') }))
  })

  it.each(['', 'Qm', 'hello', 'bafy', v1.slice(0, -1), `${v1}a`, v0.slice(0, -1), `/ipfs/${v1}`, ` ${v1}`, v1.replace('b', 'z'), 'b', 'z', '\0', '🚀', `z${v0}`, 'a'.repeat(5000)])(
    'refuses %j',
    (text) => {
      expect(() => parseCid(text)).toThrow(expect.objectContaining({ code: 'INVALID_CID' }))
    },
  )

  it('only ever fails with a DagError', () => {
    const nearly = fc.tuple(fc.constantFrom(v0, v1), fc.nat(58), fc.string({ maxLength: 2 })).map(([text, at, put]) => text.slice(0, at) + put + text.slice(at + 1))
    fc.assert(
      fc.property(fc.oneof(nearly, fc.string({ unit: 'binary' })), (text) => {
        try {
          parseCid(text)
        } catch (error) {
          expect(error).toBeInstanceOf(DagError)
        }
      }),
      { numRuns: 200 },
    )
  })
})

describe('decodeCid', () => {
  it('agrees with multiformats', () => {
    fc.assert(
      fc.property(fc.nat(0xffffff), fc.nat(0xffff), fc.uint8Array({ maxLength: 70 }), (codec, hash, bytes) => {
        const theirs = CID.createV1(codec, create(hash, bytes))
        const ours = decodeCid(theirs.bytes)
        expect(ours.equals(theirs)).toBe(true)
        expect(ours.toString()).toBe(theirs.toString())
      }),
    )
  })

  it.each(['', '01', '0155', '015512', '01551202aa', '02551200', '0155120100ff', '81005512020a0a', '01d5005512020a0a', 'ffffffffffffffffffff'])('refuses %s', (hex) => {
    expect(() => decodeCid(Buffer.from(hex, 'hex'))).toThrow(expect.objectContaining({ code: 'INVALID_CID' }))
  })

  it('copies its bytes', () => {
    const block = new Uint8Array(CID.parse(v1).bytes)
    const cid = decodeCid(block)
    block.fill(0)
    expect(String(cid)).toBe(v1)
  })
})

describe('assertStorable', () => {
  it.each([
    [codecs.raw, 0x12, 32], [codecs.dagPb, 0x13, 64], [codecs.dagCbor, 0x14, 64], [codecs.dagJson, 0x15, 48], [codecs.raw, 0x16, 32],
    [codecs.raw, 0x17, 28], [codecs.raw, 0x1e, 32], [codecs.raw, 0xb220, 32], [codecs.raw, 0xb240, 64], [codecs.raw, 0, 0], [codecs.dagPb, 0, 128],
  ])('takes codec %i, hash %i of %i bytes', (codec, hash, length) => {
    expect(() => assertStorable(cidOf(codec, hash, length))).not.toThrow()
  })

  it.each([
    [0x72, 0x12, 32, /codec libp2p-key \(0x72\)/], [0x0202, 0x12, 32, /codec car \(0x202\)/], [codecs.raw, 0x11, 20, /0x11/], [codecs.raw, 0x12, 31, /31/], [codecs.raw, 0x12, 33, /33/],
    [codecs.raw, 0xb201, 1, /0xb201/], [codecs.raw, 0, 129, /129/], [codecs.raw, 0x22, 8, /0x22/],
  ])('refuses codec %i, hash %i of %i bytes', (codec, hash, length, reason) => {
    expect(() => assertStorable(cidOf(codec, hash, length))).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_CODEC', message: expect.stringMatching(reason) }))
  })
})

it('knows leaves and inline content', () => {
  expect(isLeaf(cidOf(codecs.raw, 0x12, 32))).toBe(true)
  expect(isLeaf(parseCid(v1))).toBe(false)
  expect(identityBytes(parseCid('bafkqabtimvwgy3yk'))).toEqual(new Uint8Array(Buffer.from('hello\n')))
  expect(identityBytes(parseCid(v1))).toBeUndefined()
})
