import { canonicalCid } from '@thole/dag'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { leaf } from '../testing/blocks.ts'
import { openHouse } from './testing/house.ts'

const day = 86_400_000
const roots = ['a', 'b'].map((text) => leaf(text))

type Step =
  | { do: 'send' | 'pin' | 'removeOldest'; root: number }
  | { do: 'work' | 'pass' | 'reclaim' }
  | { do: 'out'; node: number; isOut: boolean }
  | { do: 'allOut'; isOut: boolean }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('send' as const, 'pin' as const, 'removeOldest' as const), root: fc.nat(roots.length - 1) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('work' as const, 'pass' as const, 'reclaim' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('out' as const), node: fc.nat(2), isOut: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('allOut' as const), isOut: fc.boolean() }) },
)

/** Several at once, one such bundle after the other. */
const bundles = fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 8 })

test('whatever happens side by side: once all is calm, what is held is on two nodes and pinned, and nothing else is anywhere', async () => {
  await fc.assert(
    fc.asyncProperty(bundles, async (all) => {
      await using house = await openHouse()
      const held: { id: string; root: number }[] = []
      const act = async (one: Step): Promise<void> => {
        switch (one.do) {
          case 'send': return void held.push({ id: (await house.send(roots[one.root]!)).id, root: one.root })
          case 'pin': return void held.push({ id: (await house.pin(roots[one.root]!)).id, root: one.root })
          case 'removeOldest': {
            const at = held.findIndex(({ root }) => root === one.root)
            return at < 0 ? undefined : house.remove(held.splice(at, 1)[0]!.id)
          }
          case 'work': return void (await house.work())
          // One at a time: another is refused.
          case 'reclaim': return void (await house.parts.reclaim.run(new AbortController().signal).catch(() => {}))
          case 'pass': return house.pass(day)
          case 'out': return void (house.nodes.nodes[one.node]!.isOut = one.isOut)
          case 'allOut': return void house.nodes.setOut(one.isOut)
        }
      }
      for (const bundle of all) await Promise.all(bundle.map(act))
      house.nodes.setOut(false)
      for (const node of house.nodes.nodes) node.isOut = false
      for (let i = 0; i < 3; i++) {
        house.pass(day)
        await house.work()
      }
      for (const [i, root] of roots.entries()) {
        const dag = canonicalCid(root.cid)
        const row = await house.db.read((r) => r.dags.get(dag))
        const isHeld = (row?.holders ?? 0) > 0
        if (isHeld && row?.state === 'complete') expect(house.nodes.holders(dag).length).toBeGreaterThanOrEqual(2)
        if (!isHeld) expect(house.nodes.holders(dag)).toEqual([])
        for (const { id } of held.filter((one) => one.root === i)) {
          const { status } = await house.get(id)
          expect(status).toBe(row?.state === 'complete' ? 'pinned' : 'queued')
        }
      }
    }),
    { numRuns: 15, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false },
  )
}, 60_000)
