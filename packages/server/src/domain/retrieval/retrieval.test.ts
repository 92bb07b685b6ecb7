import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { digest, identityBytes, parseCid } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { expect, test, vi } from 'vitest'
import { openMemoryStore } from '../../blocks/memory-store.ts'
import { openDb } from '../../db/index.ts'
import type { Db } from '../../ports/db/index.ts'
import { createModeration, openToAll } from '../moderation/index.ts'
import { createRetrieval } from './index.ts'
import type { ServedLimits } from './served-roots.ts'
import { countVisits } from './visits.ts'

test('blocks come by multihash, identity from the CID, and what is absent faults', async () => {
  await using house = await open()
  const cid = await house.put('bytes')
  const { retrieval } = house
  expect(Buffer.from(await retrieval.get(cid)).toString()).toBe('bytes')
  expect(await retrieval.size(cid)).toBe(5)
  const asPb = CID.createV1(0x70, cid.multihash)
  expect(await retrieval.size(asPb)).toBe(5)
  const inline = parseCid('bafkqabdtmfwwk')
  expect(await retrieval.get(inline)).toEqual(identityBytes(inline))
  expect(await retrieval.size(inline)).toBe(4)
  const absent = cidOf('never stored')
  await expect(retrieval.get(absent)).rejects.toMatchObject({ code: 'NOT_FOUND', data: { what: `block ${absent}` } })
  await expect(retrieval.size(absent)).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('a root is served until its last holder goes, by either door', async () => {
  await using house = await open()
  const { db, retrieval } = house
  const cid = await house.put('content')
  const key = cid.toString()
  await retrieval.assertServed(cid)
  await db.write(async (w) => {
    await w.dags.lock(key, 1)
    await w.dags.hold(house.account, key)
    await w.dags.hold(house.account, key)
  })
  await db.write((w) => w.dags.release(house.account, key, 1, 2))
  await retrieval.assertServed(cid)
  expect(await retrieval.server.size(cid)).toBe(7)
  await db.write((w) => w.dags.release(house.account, key, 1, 2))
  await expect(retrieval.assertServed(cid)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  expect(await retrieval.server.get(cid)).toBeUndefined()
  expect(await retrieval.server.size(cid)).toBeUndefined()
})

test('a root that another process let go is refused soon, and one that was let go here at once', async () => {
  await using house = await open({ maxAge: 50, maxRoots: 1 })
  const { db, retrieval } = house
  const cid = await house.put('content')
  const key = cid.toString()
  await named(db, key)
  await db.write((w) => w.dags.hold(house.account, key))
  await retrieval.assertServed(cid)
  await retrieval.assertServed(await house.put('another root, for which there is no room'))
  const elsewhere = await openDb({ url: house.url })
  await elsewhere.write((w) => w.dags.release(house.account, key, 1, 2))
  await vi.waitFor(() => expect(retrieval.assertServed(cid)).rejects.toMatchObject({ code: 'NOT_FOUND' }))
  await elsewhere.close()
  await db.write((w) => w.dags.hold(house.account, key))
  await retrieval.assertServed(cid)
  const looking = retrieval.assertServed(cid)
  await db.write((w) => w.dags.release(house.account, key, 1, 2))
  await looking
  await expect(retrieval.assertServed(cid)).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('visits are written in batches, bounded, and at the end', async () => {
  await using house = await open()
  const { db } = house
  await named(db, 'a', 'b', 'c')
  const visits = countVisits(db, { flushEvery: 20, maxRoots: 2, rootsAtOnce: 1 })
  for (const root of ['a', 'b', 'c', 'a']) visits.add({ root, bytes: 1 })
  await vi.waitFor(async () => expect(await visitsOf(db, 'a', 'b', 'c')).toEqual([2, 1, 0]))
  visits.add({ root: 'c', bytes: 1 })
  await visits.close()
  expect(await visitsOf(db, 'a', 'b', 'c')).toEqual([2, 1, 1])
})

test('a database that fails for a while loses no visit', async () => {
  await using house = await open()
  const { db } = house
  await named(db, 'a')
  let failing = true
  const shaky: Db = { ...db, write: (fn) => (failing ? Promise.reject(new Error('busy')) : db.write(fn)) }
  const visits = countVisits(shaky, { flushEvery: 5, maxRoots: 10, rootsAtOnce: 5 })
  visits.add({ root: 'a', bytes: 7, account: house.account })
  await new Promise((resolve) => setTimeout(resolve, 30))
  failing = false
  visits.add({ root: 'a', bytes: 5 })
  await visits.close()
  expect(await visitsOf(db, 'a')).toEqual([2])
  expect((await db.read((r) => r.dags.visits(['a']))).get('a')).toMatchObject({ requests: 2, bytes: 12 })
  expect(await db.read((r) => r.dags.visitsBy(house.account, 'a'))).toMatchObject({ requests: 1, bytes: 7 })
})

test('what a list blocks is given to nobody, peers are told that it is not here', async () => {
  const blocked = cidOf('blocked')
  const moderation = createModeration({ isEmpty: false, find: (cid) => (cid.equals(blocked) ? { rule: 'list:1', status: 410 } : undefined), findName: () => undefined, lists: () => [], close: async () => {} })
  await using house = await open({}, moderation)
  const allowed = await house.put('allowed')
  await house.put('blocked')
  const { retrieval } = house
  await expect(retrieval.get(blocked)).rejects.toThrow(/list:1/)
  await expect(retrieval.size(blocked)).rejects.toThrow(/list:1/)
  await expect(retrieval.assertServed(blocked)).rejects.toThrow(/list:1/)
  expect(await retrieval.server.get(blocked)).toBeUndefined()
  expect(await retrieval.server.size(blocked)).toBeUndefined()
  expect(await retrieval.server.size(allowed)).toBe(7)
})

async function open(served?: Partial<ServedLimits>, moderation = openToAll) {
  const folder = await mkdtemp(join(tmpdir(), 'thole-retrieval-'))
  const url = join(folder, 'thole.db')
  const db = await openDb({ url })
  await db.migrate()
  const account = 'an account'
  await db.write((w) => w.accounts.insert({ id: account, email: 'a@example.org', role: 'user', created: 1, suspended: false }))
  const blocks = openMemoryStore()
  const retrieval = createRetrieval({ db, blocks, moderation, served })
  return {
    url,
    db,
    account,
    retrieval,
    async put(text: string) {
      const cid = cidOf(text)
      const writer = blocks.writer()
      await writer.put({ cid, bytes: Buffer.from(text) })
      await writer.commit()
      return cid
    },
    async [Symbol.asyncDispose]() {
      await retrieval.close()
      await blocks.close()
      await db.close()
      await rm(folder, { recursive: true })
    },
  }
}

function cidOf(text: string): CID {
  return CID.createV1(0x55, createDigest(0x12, digest(0x12, Buffer.from(text))))
}

async function named(db: Db, ...roots: string[]): Promise<void> {
  await db.write(async (w) => {
    for (const root of roots) await w.dags.lock(root, 1)
  })
}

async function visitsOf(db: Db, ...roots: string[]): Promise<(number | undefined)[]> {
  return Promise.all(roots.map((root) => db.read(async (r) => (await r.dags.get(root))?.visits)))
}
