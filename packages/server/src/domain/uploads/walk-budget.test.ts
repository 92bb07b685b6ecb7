import { carFrame, carHeader, type Block } from '@thole/dag'
import { expect, test } from 'vitest'
import { openHouse } from '../dags/testing/house.ts'
import { openToAll } from '../moderation/index.ts'
import { leaf, node } from '../testing/blocks.ts'
import { createUploads } from './index.ts'

test('an upload looks at all that it brought before its answer, and leaves most of what it only names to a job', async () => {
  await using house = await openHouse()
  const { db, blocks, clock, who } = house
  const parts = { db, blocks, clock, completeness: house.parts.completeness, moderation: openToAll, maxBody: 1e9, minFree: 0, partialTtl: 1e9 }
  const uploads = createUploads({ ...parts, othersBudget: 100 })
  const { signal } = new AbortController()
  const send = async (root: Block, brought: readonly Block[]) => {
    const car = Buffer.concat([carHeader([root.cid]), ...brought.flatMap((block) => carFrame(block))])
    const { pins } = await uploads.car(who, (async function* () { yield car })(), { profile: 'unixfs-v1-2025', pin: true, signal })
    return pins[0]?.status
  }
  const nodes = Array.from({ length: 20 }, (_, n) => Array.from({ length: 1_000 }, (_, i) => leaf(`${n} ${i}`)))
  const inner = nodes.map((leaves) => node(...leaves))
  const large = node(...inner)
  expect(await send(large, [...nodes.flat(), ...inner, large])).toBe('pinned')

  const around = node(large)
  expect(await send(around, [around])).toBe('queued')
  await house.work()
  expect(await house.describe(around)).toMatchObject({ state: 'complete', blocks: 20_022 })
})
