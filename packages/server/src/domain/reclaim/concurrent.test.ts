import type { Block } from '@thole/dag'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openDiskStore, openMemoryStore } from '../../blocks/index.ts'
import type { BlockStore } from '../../ports/block-store.ts'
import { leaf, node } from '../testing/blocks.ts'
import { openHouseOver, signal } from './testing/house.ts'

const leaves = Array.from({ length: 6 }, (_, i) => leaf(`leaf ${i}`))
const inner = [node(leaves[0]!, leaves[1]!), node(leaves[1]!, leaves[2]!), node(leaves[3]!)]

/** DAGs that share blocks with each other, whole or in part. */
const dags: Block[][] = [
  [node(inner[0]!, leaves[4]!), inner[0]!, leaves[0]!, leaves[1]!, leaves[4]!],
  [node(inner[0]!, inner[1]!), inner[0]!, inner[1]!, leaves[0]!, leaves[1]!, leaves[2]!],
  [inner[1]!, leaves[1]!, leaves[2]!],
  [node(inner[2]!, leaves[5]!), inner[2]!, leaves[3]!, leaves[5]!],
  [leaves[0]!],
]

const which = fc.nat({ max: dags.length - 1 })
const who = fc.nat({ max: 1 })
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('send' as const), who, which, pin: fc.boolean(), part: fc.option(fc.nat({ max: 4 })) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pin' as const), who, which }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('delete' as const), who, nth: fc.nat({ max: 5 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('unpin' as const), who, nth: fc.nat({ max: 5 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('reclaim' as const) }) },
)

const stores = [
  { name: 'memory', open: async () => openMemoryStore() },
  // Segments of some blocks, so that sweeps rewrite many.
  { name: 'disk', open: (folder: string) => openDiskStore({ folder, segmentBytes: 400 }) },
]

test.each(stores)('whatever happens beside a reclaim, what was told to be here is, and the counters are right: $name', async ({ open }) => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 5 }), { maxLength: 8 }), async (rounds) => {
      await using house = await openHouseOver<BlockStore>(open)
      const members = [await house.member(), await house.member()]

      async function run(one: typeof rounds extends (infer R)[][] ? R : never): Promise<void> {
        if (one.kind === 'reclaim') {
          await house.reclaim.run(signal).catch(isConflict)
          return
        }
        const member = members[one.who]!
        if (one.kind === 'send') {
          const all = dags[one.which]!
          await house.send(member, [all[0]!], all.filter((_, i) => i !== one.part || all.length === 1), { pin: one.pin })
        } else if (one.kind === 'pin') await house.pins.add(member, { cid: dags[one.which]![0]!.cid.toString() })
        else if (one.kind === 'delete') {
          const { uploads } = await house.uploads.list(member, { limit: 10 })
          if (uploads[one.nth]) await house.uploads.remove(member, uploads[one.nth]!.id).catch(isGone)
        } else {
          const { pins } = await house.pins.list(member, {}, 10)
          if (pins[one.nth]) await house.pins.remove(member, pins[one.nth]!.id).catch(isGone)
        }
      }

      // What one round has runs side by side.
      for (const round of rounds) {
        await Promise.all(round.map(run))
        await house.dags.settlePartials(signal)
        house.clock.time += 1
      }
      await house.reclaim.run(signal)
      const rows = await house.db.read((r) => r.dags.list('', 100))
      for (const { cid, state } of rows) if (state === 'complete') expect(await house.missing(cid)).toEqual([])
      for (const member of members) {
        const { pins } = await house.pins.list(member, {}, 1_000)
        const { uploads } = await house.uploads.list(member, { limit: 1_000 })
        const held = new Set([...pins.map(({ dag }) => dag), ...uploads.flatMap(({ roots }) => roots.map(({ dag }) => dag))])
        const charged = rows.filter(({ cid }) => held.has(cid))
        expect(await house.db.read((r) => r.usage.of(member.account.id))).toEqual({
          bytes: charged.reduce((sum, { bytes = 0 }) => sum + bytes, 0),
          blocks: charged.reduce((sum, { blocks = 0 }) => sum + blocks, 0),
          dags: held.size,
        })
        for (const pin of pins.filter(({ status }) => status === 'pinned')) expect(await house.missing(pin.dag)).toEqual([])
      }
    }),
    { numRuns: 15, endOnFailure: true },
  )
})

function isConflict(error: { code?: string }): void {
  if (error.code !== 'CONFLICT') throw error
}

function isGone(error: { code?: string }): void {
  if (error.code !== 'NOT_FOUND') throw error
}
