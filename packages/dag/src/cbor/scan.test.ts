import * as dagCbor from '@ipld/dag-cbor'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { describe, expect, it } from 'vitest'
import { decodeCid } from '../cid/bytes.ts'
import { DagError } from '../fault.ts'
import { linksInValue } from '../links.ts'
import { scanCbor } from './scan.ts'

const anyCid = fc.oneof(
  fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => CID.createV1(0x55, create(0x12, bytes))),
  fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => CID.createV0(create(0x12, bytes) as never)),
  fc.uint8Array({ maxLength: 9 }).map((bytes) => CID.createV1(0x71, create(0, bytes))),
)
const number = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n - 1n }), fc.double({ noNaN: true, noDefaultInfinity: true }))
const scalar = fc.oneof(anyCid, anyCid, number, fc.string(), fc.string({ unit: 'grapheme', minLength: 24, maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), fc.boolean(), fc.constant(null))
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, scalar, fc.array(tie('value'), { maxLength: 30 }), fc.dictionary(fc.string(), tie('value'), { maxKeys: 30 })),
}))

function scanned(bytes: Uint8Array) {
  const found: [string, string][] = []
  const shape = scanCbor(bytes, (at, end, path) => found.push([String(decodeCid(bytes, at, end)), path()]))
  return { found, ...shape }
}
const decoded = (bytes: Uint8Array) => Array.from(linksInValue(dagCbor.decode(bytes)), ([cid, path]) => [String(cid), path])
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')

describe('scanCbor', () => {
  it('finds the links and paths that the decoder finds', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const bytes = dagCbor.encode(value)
        const { found, ordered } = scanned(bytes)
        expect(ordered).toBe(true)
        expect(found.sort()).toEqual(decoded(bytes).sort())
      }),
      { numRuns: 300 },
    )
  })

  it('refuses what the decoder refuses, and fails with nothing but a DagError', () => {
    const changes = fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255) }), { minLength: 1, maxLength: 3 })
    const mutated = fc.tuple(anyValue, changes, fc.nat()).map(([value, changed, cut]) => {
      const bytes = Uint8Array.from(dagCbor.encode(value))
      for (const { at, byte } of changed) bytes[at % bytes.length] = byte
      return cut % 4 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes
    })
    let judged = 0
    fc.assert(
      fc.property(fc.oneof(mutated, mutated, fc.uint8Array({ maxLength: 40 })), (bytes) => {
        const theirs = attempt(() => decoded(bytes))
        const ours = attempt(() => scanned(bytes))
        if (ours instanceof Error) {
          expect(ours).toBeInstanceOf(DagError)
          expect(ours).toMatchObject({ code: 'INVALID_REQUEST' })
          // Stricter only about the varints of CIDs, as everywhere.
          if (!(theirs instanceof Error)) expect(ours.message).toContain('not a CID')
        } else if (theirs instanceof Error) {
          expect(theirs.message).toContain('repeat map key')
        } else {
          judged++
          expect(ours.found.map(([cid]) => cid).sort()).toEqual(theirs.map(([cid]) => cid).sort())
        }
      }),
      { numRuns: 3000 },
    )
    expect(judged).toBeGreaterThan(100)
  })

  it.each([
    ['nothing', ''], ['a second value', '00 00'], ['a long number', '18 17'], ['a long length', '58 01 00'], ['an indefinite list', '9f ff'], ['a break', 'ff'],
    ['a list cut short', '82 00'], ['a count beyond all bytes', '9b ff ff ff ff ff ff ff ff'], ['a map without its last value', 'a1 61 61'],
    ['a number for a key', 'a1 00 00'], ['a link for a key', 'a1 d8 2a 45 00 01 55 00 00 00'], ['another tag', 'c1 00'], ['a tag of nothing', 'd8 2a'],
    ['a link that is a string', 'd8 2a 61 61'], ['a link of no bytes', 'd8 2a 40'], ['a link without its zero', 'd8 2a 44 01 55 00 00'],
    ['a link and a byte', 'd8 2a 46 00 01 55 00 00 00'], ['a simple value', 'e0'], ['NaN', 'f9 7e 00'], ['an infinity', 'fa ff 80 00 00'], ['a long simple value', 'f8 ff'],
  ])('refuses %s', (_, text) => {
    expect(() => dagCbor.decode(hex(text))).toThrow()
    expect(() => scanCbor(hex(text))).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }))
  })

  it('keeps the order of the block, also where keys look like numbers', () => {
    const link = 'd8 2a 45 00 01 55 00 00'
    expect(scanned(hex(`a2 61 61 ${link} 62 31 30 81 ${link}`)).found.map(([, path]) => path)).toEqual(['a', '10/0'])
  })

  it('tells of maps in disorder', () => {
    expect(scanCbor(hex('a2 61 62 00 61 61 00')).ordered).toBe(false)
    expect(scanCbor(hex('a2 61 61 00 61 61 00')).ordered).toBe(false)
    expect(scanCbor(hex('a2 61 62 a1 61 61 00 62 61 61 00')).ordered).toBe(true)
  })

  it('counts every value, however many', () => {
    const many = new Uint8Array(2 << 20).fill(0x80)
    many.set([0x9a, 0, 0x1f, 0xff, 0xfb])
    expect(scanCbor(many)).toEqual({ items: 2 ** 21 - 4, ordered: true })
  })

  it('stops at its depth', () => {
    const nested = (depth: number) => new Uint8Array(depth + 1).fill(0x81, 0, depth)
    expect(scanCbor(nested(1024)).items).toBe(1025)
    expect(() => scanCbor(nested(1025))).toThrow('deeper than 1024')
  })

  it('cuts paths', () => {
    const cid = CID.createV1(0x55, create(0, new Uint8Array()))
    const bytes = dagCbor.encode({ a: cid, ['k'.repeat(9999)]: [cid] })
    const paths: string[] = []
    scanCbor(bytes, (_at, _end, path) => paths.push(path()), 8)
    expect(paths).toEqual(['a', 'kkkkkkk…'])
  })
})

function attempt<T>(make: () => T): T | Error {
  try {
    return make()
  } catch (error) {
    return error as Error
  }
}
