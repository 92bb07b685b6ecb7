import { readFile, rm, stat } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { hashOf } from '../../testing/blocks.ts'
import { expectStored, store } from '../../testing/store.ts'
import { openDiskStore } from '../open.ts'
import { rebuildIndex } from '../segments/rebuild.ts'
import { expectDamaged, hex, problemsOf } from '../testing/damage.ts'
import { flipBytesOf, segmentsIn } from '../testing/folders.ts'
import { numbered, storedFolders } from '../testing/stored-folders.ts'

const made = storedFolders()

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
