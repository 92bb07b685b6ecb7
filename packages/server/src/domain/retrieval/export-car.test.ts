import * as dagCbor from '@ipld/dag-cbor'
import { carFrame, carHeader, digest } from '@thole/dag'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { expect, test } from 'vitest'
import { type ExportLimits, type ExportOptions, openCars } from './export-car.ts'
import { readPaces } from './read-pace.ts'

test('blocks come depth first in the order of links, each once, or each time with dups', async () => {
  const store = blocks()
  const leaf = store.put('leaf')
  const below = store.put([leaf, inline])
  const root = store.put([below, leaf, inline, below])
  expect(await store.export({ root })).toEqual(store.car(root, below, leaf))
  expect(await store.export({ root, dups: true })).toEqual(store.car(root, below, leaf, leaf, below, leaf))
  expect(await store.export({ root, from: below, path: [root] })).toEqual(store.car(root, below, leaf))
  expect(await store.export({ root, scope: 'block' })).toEqual(store.car(root))
})

/** Each node links to nodes before it, by their numbers; those without links are raw, some of them large. */
const shapes = fc.array(fc.array(fc.nat(1000), { maxLength: 12 }), { minLength: 1, maxLength: 40 })

test('equals a plain recursion, whatever the shape, the room and what one read gives', async () => {
  await fc.assert(
    fc.asyncProperty(shapes, fc.boolean(), fc.constantFrom(0, 100_000, 1 << 20), fc.infiniteStream(fc.integer({ min: 1, max: 20 })), async (shape, dups, room, runs) => {
      const store = blocks()
      const nodes: CID[] = []
      const children = new Map<string, CID[]>()
      for (const [i, numbers] of shape.entries()) {
        const links = nodes.length === 0 ? [] : numbers.map((number) => nodes[number % nodes.length]!)
        const cid = links.length === 0 ? store.put(`leaf ${i}`.repeat(1 + (i % 5) * 5000)) : store.put(links)
        nodes.push(cid)
        children.set(String(cid), links)
      }
      const root = nodes.at(-1)!
      const expected: CID[] = []
      const seen = new Set<string>()
      const visit = (cid: CID) => {
        if (expected.length > 2000 || (!dups && seen.has(String(cid)))) return
        seen.add(String(cid))
        expected.push(cid)
        children.get(String(cid))!.forEach(visit)
      }
      visit(root)
      fc.pre(expected.length <= 2000)
      store.settings.run = () => runs.next().value ?? 1
      const car = await store.export({ root, dups }, { maxBlocks: 3000, room })
      expect(car.equals(store.car(...expected))).toBe(true)
    }),
    { numRuns: 100 },
  )
})

test('breaks off at a block that is missing, after what comes before it', async () => {
  const store = blocks()
  const leaves = Array.from({ length: 40 }, (_, i) => store.put(String(i).repeat(30_000)))
  const root = store.put(leaves)
  store.lose(leaves[30]!)
  const parts: Uint8Array[] = []
  const reading = async () => {
    for await (const part of store.open({ root }).bytes) parts.push(Buffer.from(part))
  }
  await expect(reading()).rejects.toThrow(`no ${leaves[30]}`)
  const whole = store.car(root, ...leaves.slice(0, 30))
  const got = Buffer.concat(parts)
  expect(whole.subarray(0, got.length).equals(got)).toBe(true)
  expect(got.length).toBeGreaterThan(whole.length - 65_536)
})

test('what was sent is freed', async () => {
  const store = blocks()
  const root = store.put([store.put('small'), store.put('large'.repeat(10_000))])
  const { bytes, giveBack } = store.open({ root })
  for await (const chunk of bytes) giveBack(chunk)
  expect(store.given.filter(({ length }) => length > 0)).toEqual([])
  expect(store.given).toHaveLength(3)
})

test('a block is read once, and little ahead', async () => {
  const store = blocks()
  const leaves = Array.from({ length: 300 }, (_, i) => store.put(`${i} `.repeat(50_000)))
  const root = store.put([...leaves, ...leaves])
  const chunks = store.open({ root }).bytes[Symbol.asyncIterator]()
  for (let i = 0; i < 10; i++) await chunks.next()
  const held = store.given.reduce((sum, { length }) => sum + length, 0)
  expect(held).toBeLessThan(16 << 20)
  while (!(await chunks.next()).done) {}
  // What is read ahead may turn out to have been sent.
  expect(store.given.length).toBeLessThan(330)
})

test('has limits', async () => {
  const store = blocks()
  let inlines = store.put('end')
  let others = inlines
  for (let i = 0; i < 10; i++) {
    inlines = store.put([inlines, ...Array.from({ length: 50 }, () => inline)])
    others = store.put([others, store.put(`${i} a`), store.put(`${i} b`)])
  }
  // Inline leaves are not held.
  await store.export({ root: inlines }, { maxPending: 1 })
  await store.export({ root: others }, { maxPending: 21 })
  await expect(store.export({ root: others }, { maxPending: 20 })).rejects.toMatchObject({ code: 'DAG_LIMIT', data: { limit: 20 } })
  await store.export({ root: others }, { maxBlocks: 31 })
  await expect(store.export({ root: others }, { maxBlocks: 30 })).rejects.toMatchObject({ code: 'DAG_LIMIT', data: { limit: 30 } })
  const long = CID.createV1(0x71, createDigest(0, dagCbor.encode('x'.repeat(200))))
  await expect(store.export({ root: store.put([long]) })).rejects.toMatchObject({ code: 'UNSUPPORTED_CODEC' })
})

test('an abort ends it', async () => {
  const store = blocks()
  const root = store.put(Array.from({ length: 10 }, (_, i) => store.put(String(i).repeat(100_000))))
  const gone = new AbortController()
  const chunks = store.open({ root, signal: gone.signal }).bytes[Symbol.asyncIterator]()
  await chunks.next()
  gone.abort(new Error('gone'))
  await expect(Array.fromAsync({ [Symbol.asyncIterator]: () => chunks })).rejects.toThrow('gone')
})

const inline = CID.createV1(0x55, createDigest(0, new Uint8Array()))

function blocks() {
  const stored = new Map<string, Uint8Array>()
  const given: Uint8Array[] = []
  /** Blocks that one read gives at most. */
  const settings = { run: () => 1000 }

  function open(options: ExportOptions, { room = 16 << 20, ...limits }: Partial<ExportLimits> & { room?: number } = {}) {
    const get = async (cid: CID) => {
      const bytes = stored.get(String(cid))
      if (bytes === undefined) throw new Error(`no ${cid}`)
      const own = Uint8Array.from(bytes)
      given.push(own)
      return own
    }
    const getRun = async (cids: readonly CID[], { maxBytes }: { maxBytes: number }) => {
      const run = [await get(cids[0]!)]
      let length = run[0]!.length
      for (const cid of cids.slice(1, settings.run())) {
        length += stored.get(String(cid))?.length ?? Infinity
        if (length > maxBytes) break
        run.push(await get(cid))
      }
      return run
    }
    return openCars({ source: { get }, getRun, paces: readPaces(room), maxBlocks: 1000, maxPending: 1000, ...limits })(options)
  }

  return {
    settings,
    /** What reads gave. */
    given,
    put(value: unknown): CID {
      const encoded = typeof value === 'string' ? Buffer.from(value) : dagCbor.encode(value)
      const cid = CID.createV1(typeof value === 'string' ? 0x55 : 0x71, createDigest(0x12, digest(0x12, encoded)))
      stored.set(String(cid), encoded)
      return cid
    },
    lose: (cid: CID) => stored.delete(String(cid)),
    car: (...cids: CID[]) => Buffer.concat([carHeader([cids[0]!]), ...cids.flatMap((cid) => [...carFrame({ cid, bytes: stored.get(String(cid))! })])]),
    open,
    export: async (...args: Parameters<typeof open>): Promise<Buffer> => Buffer.concat(await Array.fromAsync(open(...args).bytes)),
  }
}
