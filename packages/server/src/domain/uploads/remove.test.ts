import { canonicalCid, carFrame, carHeader } from '@thole/dag'
import { expect, onTestFinished, test } from 'vitest'
import { testDatabase } from '../../../../../test/support/database.ts'
import { openMemoryStore } from '../../blocks/memory-store.ts'
import { openDb } from '../../db/index.ts'
import { scopes } from '../../kernel/scopes.ts'
import { createCompleteness } from '../dags/index.ts'
import { openToAll } from '../moderation/index.ts'
import { leaf } from '../testing/blocks.ts'
import { createUploads } from './index.ts'

test('an upload that is removed twice at once is let go once', async () => {
  const { url, drop } = await testDatabase()
  onTestFinished(drop)
  const db = await openDb({ url })
  onTestFinished(() => db.close())
  await db.migrate()
  const account = { id: crypto.randomUUID(), email: 'a@example.org', role: 'user', created: 1, suspended: false } as const
  await db.write((w) => w.accounts.insert(account))
  const who = { account, scopes: new Set(scopes) }
  const [blocks, clock] = [openMemoryStore(), { now: () => Date.now() }]
  const completeness = createCompleteness({ db, blocks, clock })
  const uploads = createUploads({ db, blocks, clock, completeness, moderation: openToAll, maxBody: 1e9, minFree: 0, partialTtl: 1e9 })
  const block = leaf('a')
  const dag = canonicalCid(block.cid)
  const send = async () => {
    const car = Buffer.concat([carHeader([block.cid]), ...carFrame(block)])
    const wish = { profile: 'unixfs-v1-2025', pin: false, signal: new AbortController().signal } as const
    return (await uploads.car(who, (async function* () { yield car })(), wish)).upload.id
  }
  const [first] = [await send(), await send()]
  // Both have read the upload before either has the DAG.
  const locked = Promise.withResolvers<void>()
  const locking = db.write(async (w) => {
    await w.dags.lock(dag, 1)
    locked.resolve()
    await new Promise((resolve) => setTimeout(resolve, 200))
  })
  await locked.promise
  const ends = await Promise.allSettled([uploads.remove(who, first), uploads.remove(who, first)])
  await locking
  expect(await db.read((r) => r.dags.get(dag))).toMatchObject({ holders: 1 })
  expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
})
