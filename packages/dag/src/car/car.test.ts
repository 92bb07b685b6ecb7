import { CarReader, CarWriter } from '@ipld/car'
import { encode } from '@ipld/dag-cbor'
import fc from 'fast-check'
import type { CID } from 'multiformats/cid'
import { describe, expect, it } from 'vitest'
import type { Block } from '../block.ts'
import { codecs } from '../cid/codecs.ts'
import { parseCid } from '../cid/parse.ts'
import { DagError } from '../fault.ts'
import { all, cut, gather, streamOf } from '../testing/memory.ts'
import { makeBlock } from '../unixfs/make-block.ts'
import { readCar, type CarOptions } from './read.ts'
import { carFrame, carHeader } from './write.ts'

const raw = (text: string): Block => makeBlock(1, codecs.raw, Buffer.from(text))
const hello = raw('hello')
const identity: Block = { cid: parseCid('bafkqabtimvwgy3yk'), bytes: Buffer.from('hello\n') }

const carOf = (roots: CID[], blocks: Block[]) => Buffer.concat([carHeader(roots), ...blocks.flatMap(carFrame)])
async function read(bytes: Uint8Array, options?: CarOptions, lengths = [1 << 16]) {
  const { roots, blocks } = await readCar(cut(bytes, lengths), options)
  return { roots: roots.map(String), blocks: (await all(blocks)).map((block) => [String(block.cid), Buffer.from(block.bytes).toString('hex')]) }
}
const plain = (blocks: Block[]) => blocks.map((block) => [String(block.cid), Buffer.from(block.bytes).toString('hex')])
const fails = (code: string, reason: RegExp) => expect.objectContaining({ code, data: expect.objectContaining({ reason: expect.stringMatching(reason) }) })

const anyBlock = fc.oneof(
  fc.uint8Array({ maxLength: 400 }).map((bytes) => makeBlock(1, codecs.raw, bytes)),
  fc.uint8Array({ maxLength: 50 }).map((bytes) => makeBlock(0, codecs.dagPb, bytes)),
  fc.constant(identity),
)

it('reads what it wrote, however the bytes are cut', async () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 })
  await fc.assert(
    fc.asyncProperty(fc.array(anyBlock, { maxLength: 12 }), lengths, async (blocks, sizes) => {
      const roots = [hello.cid, ...blocks.slice(0, 2).map((block) => block.cid)]
      expect(await read(carOf(roots, blocks), {}, sizes)).toEqual({ roots: roots.map(String), blocks: plain(blocks) })
    }),
  )
})

it('uses memory again where it may, as its source does', async () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 })
  /** Every piece in the same memory, which is overwritten when the next one is asked for. */
  async function* overwritten(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
    const memory = new Uint8Array(200)
    for await (const piece of cut(bytes, sizes)) {
      memory.set(piece)
      yield memory.subarray(0, piece.length)
      memory.fill(0xff)
    }
  }
  await fc.assert(
    fc.asyncProperty(fc.array(anyBlock, { maxLength: 12 }), lengths, async (blocks, sizes) => {
      const car = await readCar(overwritten(carOf([hello.cid], blocks), sizes), { reuse: true })
      const copied: Block[] = []
      for await (const { cid, bytes } of car.blocks) copied.push({ cid, bytes: Uint8Array.from(bytes) })
      expect(plain(copied)).toEqual(plain(blocks))
    }),
  )
  const large = Array.from({ length: 20 }, (_, i) => raw(String(i).repeat(500)))
  const memory = new Set<ArrayBufferLike>()
  for await (const { bytes } of (await readCar(cut(carOf([hello.cid], large), [100]), { reuse: true })).blocks) memory.add(bytes.buffer)
  expect(memory.size).toBeLessThan(4)
})

it('agrees with @ipld/car in both directions', async () => {
  const blocks = [hello, raw(''), makeBlock(0, codecs.dagPb, new Uint8Array([0x0a, 2, 8, 1]))]
  const roots = [blocks[2]!.cid, hello.cid]
  const theirs = await CarReader.fromBytes(carOf(roots, blocks))
  expect((await theirs.getRoots()).map(String)).toEqual(roots.map(String))
  expect(plain(await all(theirs.blocks()))).toEqual(plain(blocks))
  const { writer, out } = CarWriter.create(roots)
  const written = gather(out)
  for (const block of blocks) await writer.put(block)
  await writer.close()
  expect(Buffer.from(await written).equals(carOf(roots, blocks))).toBe(true)
})

it('only ever fails with a DagError', async () => {
  const whole = carOf([hello.cid], [hello, raw('a'.repeat(300)), identity, makeBlock(0, codecs.dagPb, new Uint8Array())])
  const change = fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255), kind: fc.constantFrom('set', 'insert', 'delete', 'cut') })
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 99 }), fc.boolean(), async (changes, size, verify) => {
      let bytes = [...whole]
      for (const { at, byte, kind } of changes) {
        if (kind === 'cut') bytes = bytes.slice(0, at)
        else bytes.splice(at, kind === 'insert' ? 0 : 1, ...(kind === 'delete' ? [] : [byte]))
      }
      await read(Uint8Array.from(bytes), { verify }, [size]).catch((error) => expect(error).toBeInstanceOf(DagError))
    }),
    { numRuns: 500 },
  )
})

describe('refuses', () => {
  const good = carOf([hello.cid], [hello])
  const header = (value: unknown) => {
    const bytes = encode(value)
    return Buffer.from([bytes.length, ...bytes])
  }
  it.each<[string, Uint8Array, string, RegExp]>([
    ['nothing', new Uint8Array(), 'INVALID_CAR', /empty/],
    ['a CARv2', Buffer.from('0aa16776657273696f6e02', 'hex'), 'INVALID_CAR', /CARv2/],
    ['an unknown version', header({ version: 3, roots: [hello.cid] }), 'INVALID_CAR', /version 3/],
    ['no version', header({ roots: [hello.cid] }), 'INVALID_CAR', /version/],
    ['no list of roots', header({ version: 1 }), 'INVALID_CAR', /no list of roots/],
    ['no roots', header({ version: 1, roots: [] }), 'INVALID_CAR', /no roots/],
    ['a root that is no CID', header({ version: 1, roots: ['x'] }), 'INVALID_CAR', /not a CID/],
    ['a header that is no map', header([1]), 'INVALID_CAR', /version/],
    ['a header that is no CBOR', Buffer.from([3, 255, 255, 255]), 'INVALID_CAR', /decoded/],
    ['HTML', Buffer.from('<!doctype html><html><body>Too large</body></html>'), 'INVALID_CAR', /./],
    ['a header cut short', good.subarray(0, 20), 'INVALID_CAR', /ends after/],
    ['a huge header', Buffer.from([0xff, 0xff, 0xff, 0x7f]), 'INVALID_CAR', /header is said to have/],
    ['a length that never ends', Buffer.concat([good, Buffer.alloc(40, 0xff)]), 'INVALID_CAR', /absurd/],
    ['an absurd length', Buffer.concat([good, Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f])]), 'INVALID_CAR', /4294967295 bytes/],
    ['a block cut short', good.subarray(0, good.length - 1), 'INVALID_CAR', /ends after/],
    ['a length cut short', Buffer.concat([good, Buffer.from([0x80])]), 'INVALID_CAR', /ends after/],
    ['a section of no bytes', Buffer.concat([good, Buffer.from([0])]), 'INVALID_CAR', /no bytes/],
    ['a tail of padding', Buffer.concat([good, Buffer.alloc(512)]), 'INVALID_CAR', /no bytes/],
    ['garbage at the end', Buffer.concat([good, Buffer.from('garbage')]), 'INVALID_CAR', /offset/],
    ['a section without CID', Buffer.concat([good, Buffer.from([3, 1, 0x55, 0x12])]), 'INVALID_CAR', /not a CID/],
    ['altered bytes', Buffer.concat([good.subarray(0, -1), Buffer.from('0')]), 'HASH_MISMATCH', new RegExp(String(hello.cid))],
    ['an unknown hash', Buffer.concat([good, Buffer.from([7, 1, 0x55, 0x11, 2, 1, 1, 9])]), 'UNSUPPORTED_CODEC', /0x11/],
    ['identity bytes that differ', Buffer.concat([good, Buffer.from([7, 1, 0x55, 0, 1, 1, 9, 9])]), 'HASH_MISMATCH', /hash/],
  ])('%s', async (_, bytes, code, reason) => {
    await expect(read(bytes, {}, [7])).rejects.toEqual(fails(code, reason))
    await expect(read(bytes)).rejects.toEqual(fails(code, reason))
  })

  it('blocks over the limit, to the byte', async () => {
    const mib = raw('x'.repeat(1 << 20))
    await expect(read(carOf([mib.cid], [mib]), { maxBlockBytes: 1 << 20 })).resolves.toBeDefined()
    await expect(read(carOf([mib.cid], [mib]), { maxBlockBytes: (1 << 20) - 1 })).rejects.toEqual(fails('INVALID_CAR', /1048576 bytes.*may have 1048575/))
  })

  it('more roots than allowed', async () => {
    await expect(read(carOf([hello.cid, hello.cid], []), { maxRoots: 1 })).rejects.toEqual(fails('INVALID_CAR', /2 roots/))
  })
})

it('tells where in the stream the fault is', async () => {
  const good = carOf([hello.cid], [hello])
  await expect(read(Buffer.concat([good, Buffer.from([0])]))).rejects.toMatchObject({ data: { offset: good.length } })
})

it('does not check hashes when told so', async () => {
  const altered = carOf([hello.cid], [{ cid: hello.cid, bytes: Buffer.from('other') }])
  expect((await read(altered, { verify: false })).blocks).toEqual([[String(hello.cid), Buffer.from('other').toString('hex')]])
})

describe('its source', () => {
  function watched(bytes: Uint8Array) {
    const state = { closed: false }
    const source = async function* () {
      try {
        for (;;) yield bytes
      } finally {
        state.closed = true
      }
    }
    return { state, source: source() }
  }

  it('is closed when the header is bad', async () => {
    const { state, source } = watched(Buffer.from('garbage!'))
    await expect(readCar(source)).rejects.toThrow()
    expect(state.closed).toBe(true)
  })

  it('is closed when the reader leaves', async () => {
    const { state, source } = watched(carOf([hello.cid], [hello]))
    const { blocks } = await readCar(source)
    for await (const block of blocks) {
      expect(String(block.cid)).toBe(String(hello.cid))
      break
    }
    expect(state.closed).toBe(true)
  })

  it('is left when the signal is aborted', async () => {
    const stop = new AbortController()
    const { roots, blocks } = await readCar(streamOf(carHeader([hello.cid]), ...carFrame(hello), ...carFrame(hello)), { signal: stop.signal })
    expect(roots).toHaveLength(1)
    const iterator = blocks[Symbol.asyncIterator]()
    await iterator.next()
    stop.abort(new Error('enough'))
    await expect(iterator.next()).rejects.toThrow('enough')
  })
})
