import { expect, onTestFinished, test } from 'vitest'
import { openHouse } from '../dags/testing/house.ts'
import { leaf, node } from '../testing/blocks.ts'
import { createRoots } from './index.ts'

test('what came in many parts goes whole, slice by slice, and nothing of it is held', async () => {
  await using house = await openHouse()
  const roots = createRoots(house)
  const leaves = Array.from({ length: 3 }, (_, i) => leaf(`part ${i}`))
  const root = node(...leaves)
  for (let i = 0; i < 230; i++) await house.send([root], [root, leaves[i % 2]!])
  expect(await roots.get(house.who, root.cid.toString())).toMatchObject({ standing: 'pinning', missingCount: 1 })
  expect((await house.row(root))?.holders).toBe(460)
  await roots.remove(house.who, root.cid.toString())
  expect((await house.row(root))?.holders).toBe(0)
  expect((await house.parts.uploads.list(house.who, { limit: 1 })).count).toBe(0)
  await expect(roots.remove(house.who, root.cid.toString())).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('dates are unique and in order though the clocks of two processes are a minute apart', async () => {
  await using house = await openHouse()
  const { now } = house.clock
  onTestFinished(() => void (house.clock.now = now))
  const sent: string[] = []
  for (let i = 0; i < 20; i++) {
    house.clock.now = () => now() + (i % 2) * 60_000
    const one = leaf(`clock ${i}`)
    await house.send([one, leaf(`beside ${i}`)], [one, leaf(`beside ${i}`)])
    sent.push(one.cid.toString())
  }
  const { roots } = await createRoots(house).list(house.who, { limit: 100 })
  const created = roots.map((root) => root.created)
  expect(new Set(created).size).toBe(40)
  expect(created).toEqual(created.toSorted((a, b) => b - a))
  expect(roots.map(({ cid }) => cid).filter((cid) => sent.includes(cid))).toEqual(sent.toReversed())
})
