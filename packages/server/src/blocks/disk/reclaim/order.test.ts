import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Block } from '@thole/dag'
import type { BlockStore } from '../../../ports/block-store.ts'
import { hashOf } from '../../testing/blocks.ts'
import { expectStored, reclaimAllBut, store } from '../../testing/store.ts'
import { nodeFiles, type SegmentFiles } from '../files.ts'
import { openDiskStore } from '../open.ts'
import { testFolders } from '../testing/folders.ts'
import { copyKilled } from '../testing/losing-files.ts'
import { numbered } from '../testing/stored-folders.ts'

const newFolder = testFolders()
const segmentBytes = 20_000
/** More than one segment of them. */
const old = numbered('old', 100, 200)
const moved = old.filter((_, i) => i % 4 === 0)
/** With these the end of the store is worth going on with. */
const tail = numbered('tail', 60, 200)

/** The folder as the next process finds it after a kill at this moment. */
async function kill(disk: BlockStore, folder: string): Promise<string> {
  const killed = join(await newFolder(), 'killed')
  copyKilled(folder, killed)
  await disk.close()
  return killed
}

/** Frees the first of the blocks that were moved, stores it anew, and looks for everything in the next process. */
async function expectKeptAnew(disk: BlockStore, folder: string, others: Block[]): Promise<void> {
  expect(await reclaimAllBut(disk, [...moved.slice(1), ...others], { liveRatio: 0 })).toBe(1)
  await store(disk, moved.slice(0, 1))
  const next = await openDiskStore({ folder: await kill(disk, folder), segmentBytes })
  await expectStored(next, [...moved, ...others])
  await next.close()
}

test('a block that was moved, freed and stored anew is there, where the end of the store was not written to between two kills', async () => {
  const first = await newFolder()
  const writing = await openDiskStore({ folder: first, segmentBytes })
  await store(writing, [...old, ...tail])
  const second = await kill(writing, first)
  // The reclaim of a start after a crash, before anybody has put anything.
  const reclaiming = await openDiskStore({ folder: second, segmentBytes })
  await reclaimAllBut(reclaiming, [...moved, ...tail])
  const third = await kill(reclaiming, second)
  await expectKeptAnew(await openDiskStore({ folder: third, segmentBytes }), third, tail)
})

test('a block that was moved, freed and stored anew is there, where a segment was being made while a rewriting began', async () => {
  const folder = await newFolder()
  const made = Promise.withResolvers<void>()
  const making = Promise.withResolvers<void>()
  let isSlow = false
  const files: SegmentFiles = {
    ...nodeFiles,
    async create(path) {
      if (isSlow && path.endsWith('.car')) {
        isSlow = false
        making.resolve()
        await made.promise
      } else if (path.endsWith('.new')) setImmediate(made.resolve)
      return nodeFiles.create(path)
    },
  }
  const disk = await openDiskStore({ folder, segmentBytes, files })
  await store(disk, old)
  const run = await disk.reclaim()
  await run.mark(moved.map(hashOf))
  const fresh = numbered('fresh', 80, 200)
  let storing: Promise<void> | undefined
  for await (const _ of run.sweep()) {
    if (storing) continue
    isSlow = true
    storing = store(disk, fresh)
    await making.promise
  }
  await storing
  await run.end()
  await expectKeptAnew(disk, folder, fresh)
})
