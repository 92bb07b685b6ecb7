import { expect, test } from 'vitest'
import { carFrame, carHeader } from '@thole/dag'
import { openToAll } from '../moderation/index.ts'
import { leaf, node } from '../testing/blocks.ts'
import { createUploads } from '../uploads/index.ts'
import { createCompleteness, createDags } from './index.ts'
import { openHouse } from './testing/house.ts'

test('blocks that come to another server complete a DAG', async () => {
  await using a = await openHouse({ maxDags: 0 })
  const { db, blocks, clock } = a
  const completeness = createCompleteness({ db, blocks, clock, maxDags: 0 })
  const parts = { db, blocks, completeness, moderation: openToAll, clock, maxBody: 1e9, minFree: 0, partialTtl: 1e9 }
  const b = { uploads: createUploads(parts), dags: createDags(parts) }
  const { signal } = new AbortController()
  // There is nothing to look at when they start.
  await a.parts.dags.settlePartials(signal)
  await b.dags.settlePartials(signal)
  const missing = leaf('missing')
  const root = node(missing)
  await a.send([root], [root], { pin: false })
  await a.work()
  expect((await a.describe(root)).state).toBe('partial')
  const bytes = Buffer.concat([carHeader([missing.cid]), ...carFrame(missing)])
  const stream = (async function* () { yield bytes })()
  await b.uploads.car(a.who, stream, { profile: 'unixfs-v1-2025', pin: false, signal })
  await a.work()
  expect((await a.describe(root)).state).toBe('complete')
})
