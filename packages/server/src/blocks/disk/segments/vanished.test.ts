import { rename, rm, truncate } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { Block } from '@thole/dag'
import { hashOf } from '../../testing/blocks.ts'
import { expectAbsent, expectStored, reclaimAllBut, store } from '../../testing/store.ts'
import { openDiskStore } from '../open.ts'
import { damaged, expectDamaged, hex, problemsOf } from '../testing/damage.ts'
import { segmentsIn, wordsLog } from '../testing/folders.ts'
import { numbered, storedFolders } from '../testing/stored-folders.ts'
import { rebuildIndex } from './rebuild.ts'

const made = storedFolders()

test('a segment that was deleted: its blocks are damaged, not absent, until they are stored anew, reclaimed, or the index is rebuilt', async () => {
  const all = numbered('block', 100)
  const folder = await made(all, 5000)
  const paths = await segmentsIn(folder)
  await rm(paths[2]!)
  const disk = await openDiskStore({ folder })
  const { damaged: lost } = await disk.stats()
  expect(lost).toBeGreaterThan(10)
  const gone = all.filter((_, i) => i >= 28 && i < 42)
  const bad: Block[] = []
  for (const one of all) if (!(await disk.has(hashOf(one)))) bad.push(one)
  expect(bad).toHaveLength(lost)
  expect(gone.filter((one) => bad.includes(one)).length).toBeGreaterThan(5)
  const told: string[] = []
  disk.onDamage((hash) => told.push(hex(hash)))
  await expectDamaged(disk, bad)
  await expectDamaged(disk, bad)
  expect(told).toEqual(bad.map(hashOf).map(hex))
  expect((await disk.damaged(1000)).map(hex).sort()).toEqual(told.toSorted())
  expect((await problemsOf(disk)).length).toBeGreaterThan(lost)
  await store(disk, bad.slice(0, 4))
  await expectStored(disk, bad.slice(0, 4))
  expect(await reclaimAllBut(disk, all.filter((one) => one !== bad[5]))).toBe(1)
  await expectAbsent(disk, [bad[5]!])
  await disk.close()

  const again = await openDiskStore({ folder })
  await expectStored(again, bad.slice(0, 4))
  await expectAbsent(again, [bad[5]!])
  await expectDamaged(again, [bad[4]!, ...bad.slice(6)])
  await again.close()

  const rebuilt = await rebuildIndex(folder)
  expect(rebuilt).toMatchObject({ blocks: all.length - bad.length + 4, damaged: 0 })
  const last = await openDiskStore({ folder })
  await expectAbsent(last, bad.slice(4))
  await store(last, all)
  await expectStored(last, all)
  expect(await problemsOf(last)).toEqual([])
  await last.close()
})

test('when all that a vanished segment held is elsewhere or reclaimed, nothing is left of it', async () => {
  const all = numbered('block', 40)
  const folder = await made(all, 5000)
  const [first, second] = await segmentsIn(folder)
  await rm(first!)
  await rm(second!)
  const disk = await openDiskStore({ folder })
  await store(disk, all.slice(0, 14))
  await reclaimAllBut(disk, all.slice(0, 14))
  expect((await disk.stats()).damaged).toBe(0)
  await disk.close()
  const { log, words } = wordsLog()
  const again = await openDiskStore({ folder, log })
  await expectStored(again, all.slice(0, 14))
  await again.close()
  expect(words).toEqual([])
})

test('a segment that comes back brings its blocks back', async () => {
  const all = numbered('block', 40)
  const folder = await made(all, 5000)
  const [path] = await segmentsIn(folder)
  await rename(path!, `${path}.kept`)
  const without = await openDiskStore({ folder })
  expect((await without.stats()).damaged).toBeGreaterThan(5)
  await without.close()
  await rename(`${path}.kept`, path!)
  const disk = await openDiskStore({ folder })
  await expectStored(disk, all)
  await disk.close()
})

test('a segment that is deleted while it is in use, or cut: damaged, never wrong bytes', async () => {
  const all = numbered('block', 60)
  const folder = await made(all, 5000)
  const paths = await segmentsIn(folder)
  const disk = await openDiskStore({ folder })
  await rm(paths[0]!)
  await truncate(paths[1]!, 700)
  const outcomes = await Promise.allSettled(all.map(({ cid }) => disk.get(cid.multihash.bytes)))
  const lost = outcomes.filter(({ status }) => status === 'rejected')
  expect(lost.length).toBeGreaterThan(20)
  expect(lost).toEqual(lost.map(() => expect.objectContaining({ reason: expect.objectContaining(damaged) })))
  expect((await disk.stats()).damaged).toBe(lost.length)
  await disk.close()
  const again = await openDiskStore({ folder })
  const kept = all.filter((_, i) => outcomes[i]!.status === 'fulfilled')
  expect((await again.stats()).damaged).toBe(lost.length)
  await expectStored(again, kept)
  await store(again, all)
  await expectStored(again, all)
  await again.close()
  const last = await openDiskStore({ folder })
  await expectStored(last, all)
  await last.close()
})
