import { carFrame, carHeader, digest } from '@thole/dag'
import * as dagCbor from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { expect, test } from 'vitest'
import { exportCar, type ExportOptions } from './export-car.ts'

test('blocks come depth first in the order of links, each once, or each time with dups', async () => {
  const store = blocks()
  const leaf = store.put('leaf')
  const below = store.put([leaf, inline])
  const root = store.put([below, leaf, inline, below])
  expect(await store.export({ root })).toEqual(car([root], root, below, leaf))
  expect(await store.export({ root, dups: true })).toEqual(car([root], root, below, leaf, leaf, below, leaf))
  expect(await store.export({ root, from: below, path: [root] })).toEqual(car([root], root, below, leaf))
  expect(await store.export({ root, scope: 'block' })).toEqual(car([root], root))

  function car(roots: CID[], ...cids: CID[]): Buffer {
    return Buffer.concat([carHeader(roots), ...cids.flatMap((cid) => [...carFrame({ cid, bytes: store.bytes(cid) })])])
  }
})

test('inline leaves are not held, and other links only up to a limit', async () => {
  const store = blocks()
  let inlines = store.put('end')
  let others = inlines
  for (let i = 0; i < 10; i++) {
    inlines = store.put([inlines, ...Array.from({ length: 50 }, () => inline)])
    others = store.put([others, store.put(`${i} a`), store.put(`${i} b`)])
  }
  await store.export({ root: inlines, maxPending: 1 })
  await store.export({ root: others, maxPending: 21 })
  await expect(store.export({ root: others, maxPending: 20 })).rejects.toMatchObject({ code: 'DAG_LIMIT', data: { limit: 20 } })
})

const inline = CID.createV1(0x55, createDigest(0, new Uint8Array()))

function blocks() {
  const stored = new Map<string, Uint8Array>()
  const bytes = (cid: CID) => stored.get(String(cid)) ?? cid.multihash.digest
  return {
    bytes,
    put(value: unknown): CID {
      const encoded = typeof value === 'string' ? Buffer.from(value) : dagCbor.encode(value)
      const cid = CID.createV1(typeof value === 'string' ? 0x55 : 0x71, createDigest(0x12, digest(0x12, encoded)))
      stored.set(String(cid), encoded)
      return cid
    },
    async export(options: ExportOptions): Promise<Buffer> {
      const parts: Uint8Array[] = []
      for await (const part of exportCar({ get: async (cid) => bytes(cid) }, options)) parts.push(part)
      return Buffer.concat(parts)
    },
  }
}
