import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Block } from '@thole/dag'
import type { BlockStore } from '../../../ports/block-store.ts'
import { block, hashOf } from '../../testing/blocks.ts'
import { expectAbsent, expectStored, reclaimAllBut, store } from '../../testing/store.ts'
import { openDiskStore } from '../open.ts'
import { flipAt, hex, problemsOf } from '../testing/damage.ts'
import { failingFiles } from '../testing/failing-files.ts'
import { flipBytesOf, segmentsIn, testFolders, wordsLog } from '../testing/folders.ts'

const newFolder = testFolders()
const numbered = (name: string, count: number, size = 300) => Array.from({ length: count }, (_, i) => block(`${name} ${i} `.padEnd(size, 'x')))

/** Every `n`th of them. */
const every = (n: number, blocks: Block[]) => blocks.filter((_, i) => i % n === 0)
const without = (some: Block[], blocks: Block[]) => blocks.filter((one) => !some.includes(one))

test('what was freed stays free in the next process, and what was kept is there', async () => {
  const folder = await newFolder()
  const all = numbered('block', 1000)
  const few = [...every(3, all.slice(0, 500)), ...all.slice(500).filter((_, i) => i % 10 !== 0)]
  const disk = await openDiskStore({ folder, segmentBytes: 30_000 })
  await store(disk, all)
  const before = await disk.stats()
  expect(await reclaimAllBut(disk, few)).toBe(all.length - few.length)
  const after = await disk.stats()
  expect(after.bytes).toBeLessThan(before.bytes * 0.75)
  expect(after.blocks).toBe(few.length)
  await disk.close()
  const { log, words } = wordsLog()
  const again = await openDiskStore({ folder, log })
  expect(words).toEqual([])
  expect(await again.stats()).toMatchObject({ bytes: after.bytes, blocks: few.length, segments: after.segments })
  await expectStored(again, few)
  await expectAbsent(again, without(few, all))
  expect(await problemsOf(again)).toEqual([])
  await again.close()
})

test('segments in which much lives are left as they are; small ones join a rewriting', async () => {
  const folder = await newFolder()
  const all = numbered('block', 400)
  const disk = await openDiskStore({ folder, segmentBytes: 30_000 })
  await store(disk, all)
  const paths = await segmentsIn(folder)
  const kept = without(every(20, all), all)
  await reclaimAllBut(disk, kept)
  expect(await segmentsIn(folder)).toEqual(paths)
  await reclaimAllBut(disk, kept, { liveRatio: 1 })
  expect((await segmentsIn(folder)).filter((path) => paths.includes(path))).toEqual([])
  await expectStored(disk, kept)
  for (let round = 0; round < 12; round++) {
    await store(disk, numbered(`round ${round}`, 3))
    await reclaimAllBut(disk, kept, { liveRatio: 0.7 })
  }
  expect((await segmentsIn(folder)).length).toBeLessThanOrEqual(6)
  await expectStored(disk, kept)
  expect(await problemsOf(disk)).toEqual([])
  await disk.close()
})

test('rewriting again and again keeps every block, its size, and the order in which a scrub goes', async () => {
  const folder = await newFolder()
  const disk = await openDiskStore({ folder, segmentBytes: 10_000 })
  let kept: Block[] = []
  for (let round = 0; round < 15; round++) {
    const fresh = numbered(`round ${round}`, 60, 20 + round * 30)
    await store(disk, fresh)
    kept = [...kept, ...fresh].filter((_, i) => (i * 7919 + round) % 3 !== 0)
    await reclaimAllBut(disk, kept, { liveRatio: round % 2 ? 0.9 : 0.6 })
    let blocks = 0
    let last = [0, 0]
    for await (const step of disk.scrub()) {
      blocks += step.blocks
      const [number, offset] = step.cursor.split(':').map(Number) as [number, number]
      expect(number > last[0]! || (number === last[0] && offset > last[1]!)).toBe(true)
      last = [number, offset]
    }
    expect(blocks).toBe(kept.length)
  }
  await expectStored(disk, kept)
  await disk.close()
  const again = await openDiskStore({ folder })
  await expectStored(again, kept)
  expect((await again.stats()).blocks).toBe(kept.length)
  expect(await problemsOf(again)).toEqual([])
  await again.close()
})

test('reads, runs, claims and commits go on while segments are rewritten under them', async () => {
  const folder = await newFolder()
  const all = numbered('block', 6000, 200)
  const kept = every(2, all)
  const disk = await openDiskStore({ folder, segmentBytes: 100_000, openSegments: 3 })
  await store(disk, all)
  let isOver = false
  const others: Block[] = []
  const reading = (async () => {
    for (let i = 0; !isOver; i = (i + 37) % kept.length) {
      expect(Buffer.from((await disk.get(hashOf(kept[i]!)))!)).toEqual(kept[i]!.bytes)
      const run = await disk.getRun(all.slice(i * 2, i * 2 + 200).map(hashOf))
      expect(Buffer.from(run[0]!)).toEqual(all[i * 2]!.bytes)
      await new Promise(setImmediate)
    }
  })()
  const writing = (async () => {
    for (let i = 0; !isOver; i++) {
      const fresh = numbered(`while ${i}`, 5)
      others.push(...fresh)
      await store(disk, fresh)
    }
  })()
  await reclaimAllBut(disk, kept)
  isOver = true
  await Promise.all([reading, writing])
  await expectStored(disk, [...kept, ...others])
  expect(await problemsOf(disk)).toEqual([])
  await disk.close()
})

test('a block that is put while the sweep goes on is stored, whether it was there or not', async () => {
  const folder = await newFolder()
  const all = numbered('block', 20_000, 50)
  const disk = await openDiskStore({ folder, segmentBytes: 200_000 })
  await store(disk, all)
  const run = await disk.reclaim()
  const put: Block[] = []
  const putting = (async () => {
    for (let i = 0; i < all.length; i += 500) {
      await using writer = disk.writer()
      const few = all.slice(i, i + 500).filter((_, at) => at % 5 === 0)
      for (const one of few) await writer.put(one)
      await writer.commit()
      put.push(...few)
    }
  })()
  let freed = 0
  for await (const step of run.sweep()) freed += step.blocks
  await putting
  await run.end()
  expect(freed).toBeGreaterThan(1000)
  await expectStored(disk, put)
  expect((await disk.stats()).blocks).toBeLessThan(all.length)
  await disk.close()
})

test('what is damaged is kept as damaged where it is wanted, and freed where it is not', async () => {
  const folder = await newFolder()
  const all = numbered('block', 200)
  const kept = every(4, all)
  const [wanted, found, unwanted] = [kept[3]!, kept[7]!, all[1]!]
  const disk = await openDiskStore({ folder, segmentBytes: 10_000 })
  await store(disk, all)
  for (const one of [wanted, found, unwanted]) await flipBytesOf(folder, hashOf(one))
  for (const one of [wanted, unwanted]) await expect(disk.get(hashOf(one))).rejects.toMatchObject({ code: 'BLOCK_DAMAGED' })
  expect(await reclaimAllBut(disk, kept)).toBe(150)
  const check = async (store: BlockStore) => {
    await expectStored(store, without([wanted, found], kept))
    for (const one of [wanted, found]) await expect(store.get(hashOf(one))).rejects.toMatchObject({ code: 'BLOCK_DAMAGED' })
    await expectAbsent(store, [unwanted])
    expect((await store.damaged(10)).map(hex).sort()).toEqual([wanted, found].map(hashOf).map(hex).sort())
  }
  await check(disk)
  await disk.close()
  const again = await openDiskStore({ folder })
  await check(again)
  await store(again, [wanted, found])
  await expectStored(again, kept)
  await reclaimAllBut(again, kept)
  await again.close()
  const last = await openDiskStore({ folder })
  await expectStored(last, kept)
  expect((await last.stats()).damaged).toBe(0)
  expect(await problemsOf(last)).toEqual([])
  await last.close()
})

test('a segment that cannot be read as a whole is not rewritten', async () => {
  const folder = await newFolder()
  const all = numbered('block', 100)
  const disk = await openDiskStore({ folder, segmentBytes: 10_000 })
  await store(disk, all)
  const [path] = await segmentsIn(folder)
  await flipAt(path!, hashOf(all[6]!), 0)
  const kept = every(3, all)
  await reclaimAllBut(disk, kept)
  expect(await segmentsIn(folder)).toContain(path)
  await expectStored(disk, without([all[6]!], kept))
  await expect(disk.get(hashOf(all[6]!))).rejects.toMatchObject({ code: 'BLOCK_DAMAGED' })
  await store(disk, kept)
  await reclaimAllBut(disk, kept)
  expect(await segmentsIn(folder)).not.toContain(path)
  await expectStored(disk, kept)
  await disk.close()
})

test('a medium that fails or is full in the middle of a rewriting changes nothing', async () => {
  const folder = await newFolder()
  const files = failingFiles()
  const all = numbered('block', 400)
  const kept = every(2, all)
  const disk = await openDiskStore({ folder, segmentBytes: 20_000, files })
  await store(disk, all)
  files.room = 5000
  await expect(reclaimAllBut(disk, kept)).rejects.toMatchObject({ code: 'STORAGE_FULL' })
  files.room = Infinity
  await expectStored(disk, kept)
  files.badSyncs = 1
  await expect(reclaimAllBut(disk, kept)).rejects.toMatchObject({ code: 'INTERNAL' })
  await expectStored(disk, kept)
  expect((await readdir(join(folder, 'segments'))).filter((name) => name.endsWith('.new'))).toEqual([])
  await reclaimAllBut(disk, kept)
  expect((await disk.stats()).bytes).toBeLessThan(90_000)
  await expectStored(disk, kept)
  await disk.close()
})

test('a signal ends a sweep between two slices', async () => {
  const folder = await newFolder()
  const all = numbered('block', 2000)
  const disk = await openDiskStore({ folder, segmentBytes: 50_000 })
  await store(disk, all)
  const kept = every(2, all)
  for (let steps = 0; steps < 6; steps++) {
    const controller = new AbortController()
    await using run = await disk.reclaim()
    await run.mark(kept.map(hashOf))
    let taken = 0
    const sweeping = (async () => {
      for await (const _ of run.sweep({ signal: controller.signal })) if (++taken > steps) controller.abort()
    })()
    await sweeping.catch((error: unknown) => expect(error).toMatchObject({ code: 'ABORTED' }))
    await expectStored(disk, kept)
  }
  // Who stops asking ends it as well.
  await using run = await disk.reclaim()
  await run.mark(kept.map(hashOf))
  for await (const { bytes } of run.sweep()) if (bytes !== 0) break
  await run.end()
  await reclaimAllBut(disk, kept)
  await expectStored(disk, kept)
  await disk.close()
  expect((await readdir(join(folder, 'segments'))).filter((name) => name.endsWith('.new'))).toEqual([])
})

test('a writer of before the reclaim keeps what it put until it ends, also where that was written long before', async () => {
  const disk = await openDiskStore({ folder: await newFolder(), segmentBytes: 10_000 })
  const mine = numbered('mine', 100)
  const writer = disk.writer()
  for (const one of mine) await writer.put(one)
  await writer.commit()
  await store(disk, numbered('other', 100))
  expect(await reclaimAllBut(disk, [])).toBe(100)
  await expectStored(disk, mine)
  await writer.end()
  expect(await reclaimAllBut(disk, [])).toBe(100)
  await expectAbsent(disk, mine)
  expect((await disk.stats()).bytes).toBeLessThan(100)
  await disk.close()
})

test('a hundred thousand empty blocks, by all the names there are, are one each and freed at once', async () => {
  const disk = await openDiskStore({ folder: await newFolder() })
  const empty = [block('', 0x55), block('', 0x70, 0x13), block('', 0x55, 0xb220)]
  const writer = disk.writer()
  for (let i = 0; i < 100_000; i++) await writer.put(empty[i % 3]!)
  await writer.commit()
  await writer.end()
  expect((await disk.stats()).blocks).toBe(3)
  await expectStored(disk, empty)
  expect((await disk.getRun(empty.map(hashOf))).length).toBe(3)
  expect(await reclaimAllBut(disk, empty.slice(1), { liveRatio: 1 })).toBe(1)
  await expectStored(disk, empty.slice(1))
  await disk.close()
})
