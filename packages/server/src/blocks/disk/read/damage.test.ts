import { copyFile, open, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Block } from '@thole/dag'
import type { BlockStore, Multihash } from '../../../ports/block-store.ts'
import { block, expectAbsent, expectStored, hashOf, reclaimAllBut, store } from '../../block-store.contract.ts'
import { openDiskStore } from '../open.ts'
import { rebuildIndex } from '../segments/rebuild.ts'
import { flipBytesOf, segmentsIn, testFolders, wordsLog } from '../testing/folders.ts'

const newFolder = testFolders()
const numbered = (name: string, count: number, size = 300) => Array.from({ length: count }, (_, i) => block(`${name} ${i} `.padEnd(size, 'x')))
const damaged = { code: 'BLOCK_DAMAGED' }

async function made(blocks: Block[], segmentBytes?: number): Promise<string> {
  const folder = await newFolder()
  const disk = await openDiskStore({ folder, segmentBytes })
  await store(disk, blocks)
  await disk.close()
  return folder
}

async function expectDamaged(disk: BlockStore, all: readonly Block[]): Promise<void> {
  for (const one of all) {
    await expect(disk.get(hashOf(one))).rejects.toMatchObject(damaged)
    await expect(disk.getRun([hashOf(one)])).rejects.toMatchObject(damaged)
    expect([await disk.has(hashOf(one)), await disk.size(hashOf(one))]).toEqual([false, undefined])
  }
}

async function scrubbed(disk: BlockStore): Promise<{ blocks: number; damaged: string[] }> {
  let blocks = 0
  const names: string[] = []
  for await (const step of disk.scrub()) {
    blocks += step.blocks
    names.push(...step.damaged.map(hex))
  }
  return { blocks, damaged: names }
}

async function problemsOf(disk: BlockStore): Promise<string[]> {
  const problems: string[] = []
  for await (const step of disk.check()) problems.push(...step.problems)
  return problems
}

const hex = (hash: Multihash) => Buffer.from(hash).toString('hex')

/** Changes the byte at `at` of the only place where `needle` lies. */
async function flipAt(path: string, needle: Uint8Array, at: number): Promise<void> {
  const bytes = await readFile(path)
  const position = bytes.indexOf(needle) + at
  const file = await open(path, 'r+')
  await file.write(Uint8Array.of(bytes[position]! ^ 4), 0, 1, position)
  await file.close()
}

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

test('rebuilding finds what is in the segments, and that it is damaged; it refuses while the store is open', async () => {
  const all = numbered('block', 300)
  const folder = await made(all, 20_000)
  await flipBytesOf(folder, hashOf(all[9]!))
  const open = await openDiskStore({ folder })
  await expect(rebuildIndex(folder)).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining(`process ${process.pid}.`) })
  await open.close()
  const steps: number[] = []
  const paths = await segmentsIn(folder)
  let bytes = 0
  for (const path of paths) bytes += (await stat(path)).size
  expect(await rebuildIndex(folder, { onProgress: (progress) => steps.push(progress.bytes / progress.of) })).toEqual({ segments: paths.length, blocks: 299, bytes, damaged: 1 })
  expect(steps.length).toBeGreaterThanOrEqual(paths.length)
  expect(steps).toEqual(steps.toSorted((a, b) => a - b))
  expect(steps.at(-1)).toBeGreaterThan(0.95)
  const disk = await openDiskStore({ folder })
  await expectDamaged(disk, [all[9]!])
  expect((await disk.damaged(5)).map(hex)).toEqual([hex(hashOf(all[9]!))])
  await expectStored(disk, all.filter((_, i) => i !== 9))
  await disk.close()
})

test('rebuilding can be stopped; the next opening does the rest', async () => {
  const all = numbered('block', 300)
  const folder = await made(all, 20_000)
  const controller = new AbortController()
  await expect(rebuildIndex(folder, { signal: controller.signal, onProgress: () => controller.abort() })).rejects.toMatchObject({ code: 'ABORTED' })
  const disk = await openDiskStore({ folder })
  await expectStored(disk, all)
  await disk.close()
})

test('a scrub goes on behind its cursor in the next process, also where the segment has gone', async () => {
  const all = numbered('block', 100)
  const folder = await made(all, 5000)
  const disk = await openDiskStore({ folder })
  const seen: { cursor: string; blocks: number }[] = []
  for await (const { cursor, blocks } of disk.scrub()) {
    seen.push({ cursor, blocks })
    if (seen.length === 3) break
  }
  await disk.close()
  await rm((await segmentsIn(folder))[2]!)
  const again = await openDiskStore({ folder })
  let rest = 0
  for await (const { blocks } of again.scrub({ after: seen[2]!.cursor })) rest += blocks
  expect(rest + seen.reduce((sum, { blocks }) => sum + blocks, 0)).toBe(100)
  let beyond = 0
  for await (const { blocks } of again.scrub({ after: seen[1]!.cursor })) beyond += blocks
  expect(beyond).toBe(rest)
  await again.close()
})

test('a check tells what is wrong where, and runs while others write', async () => {
  const all = numbered('block', 200)
  const folder = await made(all, 20_000)
  const disk = await openDiskStore({ folder, segmentBytes: 20_000 })
  const writing = (async () => {
    for (const one of numbered('new', 60)) await store(disk, [one])
  })()
  expect(await problemsOf(disk)).toEqual([])
  await writing
  const [path] = await segmentsIn(folder)
  await flipBytesOf(folder, hashOf(all[4]!))
  const at = (await readFile(path!)).indexOf(hashOf(all[4]!)) + hashOf(all[4]!).length
  expect(await problemsOf(disk)).toEqual([`${path} at ${at}: the block of 300 bytes is damaged`])
  expect((await disk.stats()).damaged).toBe(0)
  await disk.close()
})

test('closing ends long work', async () => {
  const all = numbered('block', 2000)
  const folder = await made(all, 20_000)
  const disk = await openDiskStore({ folder })
  const works = [disk.scrub(), disk.check(), (await disk.reclaim()).sweep()].map(async (steps) => {
    for await (const _ of steps) await new Promise(setImmediate)
  })
  await new Promise(setImmediate)
  const settled = Promise.allSettled(works)
  await disk.close()
  for (const outcome of await settled) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'SHUTTING_DOWN' })
  await (await openDiskStore({ folder })).close()
})
