import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hashOf } from '../../testing/blocks.ts'
import { expectStored, store } from '../../testing/store.ts'
import { openDiskStore } from '../open.ts'
import { damaged, expectDamaged, flipAt, hex, problemsOf, scrubbed } from '../testing/damage.ts'
import { flipBytesOf, segmentsIn } from '../testing/folders.ts'
import { numbered, storedFolders } from '../testing/stored-folders.ts'

const made = storedFolders()

test('quarantine outlives the process; what was stored in its place outlives it as well', async () => {
  const all = numbered('block', 50)
  const folder = await made(all)
  const [bad, repaired] = [all[7]!, all[8]!]
  await flipBytesOf(folder, hashOf(bad))
  await flipBytesOf(folder, hashOf(repaired))
  const first = await openDiskStore({ folder })
  await expectDamaged(first, [bad, repaired])
  await store(first, [repaired])
  await first.close()
  for (let round = 0; round < 2; round++) {
    const again = await openDiskStore({ folder })
    expect((await again.stats()).damaged).toBe(1)
    expect((await again.damaged(10)).map(hex)).toEqual([hex(hashOf(bad))])
    expect(await again.has(hashOf(bad))).toBe(false)
    await expectDamaged(again, [bad])
    await expectStored(again, all.filter((one) => one !== bad))
    await again.close()
  }
})

test('what was stored anew is found even where the quarantine was not written', async () => {
  const all = numbered('block', 50)
  const folder = await made(all)
  const index = join(folder, 'index', '00000001')
  const known = await readFile(index)
  await flipBytesOf(folder, hashOf(all[7]!))
  const first = await openDiskStore({ folder, segmentBytes: 1000 })
  await expectDamaged(first, [all[7]!])
  await store(first, [all[7]!])
  await first.close()
  await writeFile(index, known)
  const again = await openDiskStore({ folder })
  await expectStored(again, all)
  await again.close()
})

test('bytes that change after they were read and found good are noticed', async () => {
  const all = numbered('block', 20)
  const folder = await made(all)
  const disk = await openDiskStore({ folder })
  await expectStored(disk, all)
  await flipBytesOf(folder, hashOf(all[3]!))
  await expectDamaged(disk, [all[3]!])
  await disk.close()
})

test.each([0, 1, 20, 33])('a flipped bit in the hash of a frame, at byte %i: the block is damaged, known by its name once somebody asks for it', async (at) => {
  const all = numbered('block', 20)
  const folder = await made(all)
  const [path] = await segmentsIn(folder)
  await flipAt(path!, hashOf(all[5]!), at)
  const disk = await openDiskStore({ folder })
  expect(await scrubbed(disk)).toEqual({ blocks: 20, damaged: [] })
  expect((await disk.stats()).damaged).toBe(1)
  expect(await disk.damaged(10)).toEqual([])
  expect(await problemsOf(disk)).not.toEqual([])
  await expectDamaged(disk, [all[5]!])
  expect((await disk.damaged(10)).map(hex)).toEqual([hex(hashOf(all[5]!))])
  await store(disk, all)
  await expectStored(disk, all)
  await disk.close()
})

test('a flipped bit before the hash costs no block as long as the index is there; a check tells of it', async () => {
  const all = numbered('block', 20)
  const folder = await made(all)
  const [path] = await segmentsIn(folder)
  // The version of the CID.
  await flipAt(path!, hashOf(all[5]!), -2)
  const disk = await openDiskStore({ folder })
  await expectStored(disk, all)
  expect(await problemsOf(disk)).toEqual([expect.stringMatching(/ at \d+: no frame can be read$/)])
  await disk.close()
})

test('damage in a run ends it; the blocks before are given', async () => {
  const all = numbered('block', 20)
  const folder = await made(all)
  await flipBytesOf(folder, hashOf(all[5]!))
  const disk = await openDiskStore({ folder })
  const run = await disk.getRun(all.map(hashOf))
  expect(run.map((bytes) => Buffer.from(bytes))).toEqual(all.slice(0, 5).map(({ bytes }) => bytes))
  await expect(disk.getRun(all.slice(5).map(hashOf))).rejects.toMatchObject(damaged)
  expect(await disk.getRun(all.slice(6).map(hashOf))).toHaveLength(14)
  await disk.close()
})

test('a run ends where blocks do not lie behind one another', async () => {
  const all = numbered('block', 20)
  const folder = await made(all, 2000)
  const disk = await openDiskStore({ folder })
  expect((await disk.getRun(all.map(hashOf))).length).toBeLessThan(8)
  expect(await disk.getRun([all[1]!, all[0]!].map(hashOf))).toHaveLength(1)
  expect(await disk.getRun([all[0]!, all[0]!].map(hashOf))).toHaveLength(1)
  expect(await disk.getRun(all.slice(0, 3).map(hashOf), { maxBytes: 700 })).toHaveLength(2)
  expect(await disk.getRun(all.slice(0, 3).map(hashOf), { maxBytes: 1 })).toHaveLength(1)
  await disk.close()
})

test('an index file that lies about where blocks are does not make wrong bytes of them', async () => {
  const all = numbered('block', 30)
  const folder = await made(all)
  const [path] = await segmentsIn(folder)
  const other = await made(numbered('other', 30))
  await copyFile((await segmentsIn(other))[0]!, path!)
  const disk = await openDiskStore({ folder })
  await expectDamaged(disk, all.slice(0, 3))
  expect((await scrubbed(disk)).blocks).toBe(30)
  expect((await disk.stats()).damaged).toBe(30)
  await disk.close()
})
