import * as dagCbor from '@ipld/dag-cbor'
import * as dagJson from '@ipld/dag-json'
import * as dagPb from '@ipld/dag-pb'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { expect, it } from 'vitest'
import { codecs } from './cid/codecs.ts'
import { DagError } from './fault.ts'
import { decodeValue, links } from './links.ts'
import { encodeNode, linkName, scanNode } from './pb/node.ts'

const anyCid = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => CID.createV1(codecs.raw, create(0x12, bytes)))
const blockOf = (codec: number) => CID.createV1(codec, create(0x12, new Uint8Array(32)))
const anyLink = fc.record({ Hash: anyCid, Name: fc.string({ unit: 'grapheme', maxLength: 9 }), Tsize: fc.maxSafeNat() })

it('dag-pb: agrees with @ipld/dag-pb in both directions', () => {
  fc.assert(
    fc.property(fc.array(anyLink, { maxLength: 9 }), fc.uint8Array({ maxLength: 200 }), (given, data) => {
      const node = dagPb.prepare({ Data: data, Links: given })
      const theirs = dagPb.encode(node)
      expect(links(blockOf(codecs.dagPb), theirs).map(String)).toEqual(node.Links.map((link) => String(link.Hash)))
      const raw = node.Links.map((link) => ({ cid: link.Hash, name: link.Name ?? '', tsize: link.Tsize ?? 0 }))
      expect(Buffer.from(encodeNode(raw, data)).equals(theirs)).toBe(true)
      const scanned: unknown[] = []
      expect(Buffer.from(scanNode(theirs, (link) => scanned.push([linkName(link), link.tsize])) ?? []).equals(data)).toBe(true)
      expect(scanned).toEqual(node.Links.map((link) => [link.Name, link.Tsize]))
    }),
  )
})

it('dag-cbor and dag-json: every link, wherever it stands', () => {
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ maxDepth: 4 }, anyCid, fc.string(), fc.integer(), fc.constant(null), fc.array(tie('tree'), { maxLength: 4 }), fc.dictionary(fc.string(), tie('tree'), { maxKeys: 4, noNullPrototype: true })),
  }))
  const expected = (value: unknown): string[] => {
    const cid = CID.asCID(value)
    if (cid !== null) return [String(cid)]
    return typeof value === 'object' && value !== null ? Object.values(value).flatMap(expected) : []
  }
  fc.assert(
    fc.property(tree, (value) => {
      for (const [code, codec] of [[codecs.dagCbor, dagCbor], [codecs.dagJson, dagJson]] as const) {
        let bytes: Uint8Array
        try {
          bytes = codec.encode(value)
        } catch {
          continue // keys that the codec reserves
        }
        expect(links(blockOf(code), bytes).map(String).sort()).toEqual(expected(value).sort())
      }
    }),
  )
})

it('dag-cbor and dag-json: a map that looks like a CID is a map', () => {
  const forged = { '/': 'x', bytes: 'x', code: codecs.raw, version: 1, multihash: { code: 0, size: 0, digest: new Uint8Array(), bytes: new Uint8Array(2) }, link: blockOf(codecs.raw) }
  expect(CID.asCID(forged)).not.toBeNull()
  expect(links(blockOf(codecs.dagCbor), dagCbor.encode({ ...forged, bytes: 'y' })).map(String)).toEqual([String(forged.link)])
  const bytes = Buffer.from(dagCbor.encode({ ...forged, bytes: 'y' }))
  bytes[bytes.indexOf('y', bytes.indexOf('bytes') + 5)] = 'x'.charCodeAt(0)
  expect(links(blockOf(codecs.dagCbor), bytes).map(String)).toEqual([String(forged.link)])
})

it('raw has none', () => {
  expect(links(blockOf(codecs.raw), new Uint8Array([1, 2, 3]))).toEqual([])
})

it('says so when it does not know the codec', () => {
  expect(() => links(blockOf(0x78), new Uint8Array())).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_CODEC' }))
})

it('survives values nested as deep as a block allows', () => {
  const deep = new Uint8Array(2 << 20).fill(0x81)
  expect(() => links(blockOf(codecs.dagCbor), deep)).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }))
})

it('refuses dag-cbor with a key that stands twice, and takes keys in any order', () => {
  const cid = blockOf(codecs.dagCbor)
  const link = [0xd8, 0x2a, 0x45, 0, 1, 0x55, 0, 0]
  expect(links(cid, Uint8Array.from([0xa2, 0x61, 0x62, ...link, 0x61, 0x61, ...link]))).toHaveLength(2)
  expect(() => links(cid, Uint8Array.from([0xa2, 0x61, 0x61, ...link, 0x61, 0x61, ...link]))).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }))
})

it('finds links among two million values and decodes no such block', () => {
  const many = new Uint8Array(2 << 20).fill(0x80)
  many.set([0x9a, 0, 0x1f, 0xff, 0xf4, 0xd8, 0x2a, 0x45, 0, 1, 0x55, 0, 0])
  expect(links(blockOf(codecs.dagCbor), many)).toHaveLength(1)
  expect(() => decodeValue(blockOf(codecs.dagCbor), many)).toThrow(expect.objectContaining({ code: 'DAG_LIMIT' }))
  const disordered = new Uint8Array(2 << 20).fill(0x80)
  disordered.set([0xa2, 0x61, 0x62, 0x80, 0x61, 0x61, 0x9a, 0, 0x1f, 0xff, 0xf5])
  expect(() => links(blockOf(codecs.dagCbor), disordered)).toThrow(expect.objectContaining({ code: 'DAG_LIMIT' }))
})

it('decodes values within its limits', () => {
  const cbor = dagCbor.encode({ a: [1, 2] })
  expect(decodeValue(blockOf(codecs.dagCbor), cbor, { maxItems: 5 })).toEqual({ a: [1, 2] })
  expect(() => decodeValue(blockOf(codecs.dagCbor), cbor, { maxItems: 4 })).toThrow(expect.objectContaining({ code: 'DAG_LIMIT', data: expect.objectContaining({ limit: 4 }) }))
  const json = dagJson.encode([1, 2])
  expect(decodeValue(blockOf(codecs.dagJson), json, { maxJsonBytes: 5 })).toEqual([1, 2])
  expect(() => decodeValue(blockOf(codecs.dagJson), json, { maxJsonBytes: 4 })).toThrow(expect.objectContaining({ code: 'DAG_LIMIT' }))
})

it('only ever fails with a DagError that names the block', () => {
  const pb = dagPb.encode(dagPb.prepare({ Data: new Uint8Array(9), Links: [{ Hash: blockOf(codecs.raw), Name: 'name', Tsize: 300 }] }))
  const mutated = fc.tuple(fc.nat(pb.length - 1), fc.nat(255)).map(([at, byte]) => Uint8Array.from(pb, (old, i) => (i === at ? byte : old)))
  fc.assert(
    fc.property(fc.constantFrom(codecs.dagPb, codecs.dagCbor, codecs.dagJson), fc.oneof(fc.uint8Array(), mutated), (codec, bytes) => {
      const cid = blockOf(codec)
      try {
        links(cid, bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(DagError)
        expect(error).toMatchObject({ code: 'INVALID_REQUEST', data: { cid: String(cid) } })
      }
    }),
    { numRuns: 1000 },
  )
})
