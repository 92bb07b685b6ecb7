import { expect, test } from 'vitest'
import { Frontier } from './frontier.ts'
import type { PlacedLink } from './link-queue.ts'

const hashOf = (i: number) => {
  const hash = new Uint8Array(34)
  new DataView(hash.buffer).setUint32(30, i)
  return hash
}
const link = (i: number): PlacedLink => ({ code: 0x55, hash: hashOf(i), parent: i + 1, index: i })

test('tells each link once, to all who wait for its block, whatever came between', () => {
  const frontier = new Frontier()
  const heard: string[] = []
  const parts = [0, 1, 2].map((n) => frontier.open(({ index, parent, code }) => void heard.push(`${n}: ${index} ${parent} ${code}`)))
  for (const part of parts) for (let i = 0; i < 10_000; i++) frontier.add(part, link(i))
  expect([frontier.size, frontier.count(parts[1]!)]).toEqual([30_000, 10_000])
  frontier.arrived(hashOf(77))
  frontier.arrived(hashOf(77))
  frontier.arrived(hashOf(70_000))
  expect(heard.sort()).toEqual(['0: 77 78 85', '1: 77 78 85', '2: 77 78 85'])
  expect([frontier.awaits(parts[0]!, hashOf(77)), frontier.awaits(parts[0]!, hashOf(78))]).toEqual([false, true])
  expect(frontier.first(parts[0]!, 2)).toEqual([{ parent: 1, index: 0 }, { parent: 2, index: 1 }])
  for (let i = 0; i < 10_000; i += 2) frontier.arrived(hashOf(i))
  expect(frontier.first(parts[2]!, 2)).toEqual([{ parent: 2, index: 1 }, { parent: 4, index: 3 }])
  for (let i = 0; i < 10_000; i++) frontier.arrived(hashOf(i))
  expect([frontier.size, heard.length]).toEqual([0, 30_000])
  frontier.add(parts[0]!, link(5))
  expect(frontier.awaits(parts[0]!, hashOf(5))).toBe(true)
})

test('one that is closed hears nothing, and the others all', async () => {
  const frontier = new Frontier()
  const heard: number[] = []
  const [gone, stays] = [frontier.open(() => heard.push(-1)), frontier.open(({ index }) => heard.push(index))]
  for (let i = 0; i < 2_000; i++) for (const part of [gone, stays]) frontier.add(part, link(i))
  const closed = frontier.close(gone)
  frontier.arrived(hashOf(1_999))
  await closed
  expect([frontier.size, heard]).toEqual([1_999, [1_999]])
  const again = frontier.open(() => heard.push(-2))
  frontier.add(again, link(3))
  frontier.arrived(hashOf(3))
  expect(heard).toEqual([1_999, -2, 3])
})
