import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Block } from '@thole/dag'
import { block, hashOf } from '../../testing/blocks.ts'
import { expectStored, reclaimAllBut, store } from '../../testing/store.ts'
import { openDiskStore } from '../open.ts'
import { flipBytesOf, segmentsIn, testFolders } from '../testing/folders.ts'
import { copyKilled, losingFiles } from '../testing/losing-files.ts'

const newFolder = testFolders()
const numbered = (name: string, count: number, size: number) => Array.from({ length: count }, (_, i) => block(`${name} ${i} `.padEnd(size, 'x')))

interface Moment {
  call: string
  folder: string
  acknowledged: number
}

/** At this moment a process ended. What was acknowledged has to be there, and the next reclaim has to come to its end. */
async function expectKept({ call, folder }: Moment, wanted: Block[], bad: Block): Promise<void> {
  const disk = await openDiskStore({ folder, segmentBytes: 6000 })
  const inWords = `ended before "${call}"`
  for (const one of wanted) expect([inWords, Buffer.from((await disk.get(hashOf(one)))!).equals(one.bytes)]).toEqual([inWords, true])
  await expect(disk.get(hashOf(bad)), inWords).rejects.toMatchObject({ code: 'BLOCK_DAMAGED' })
  const problems: string[] = []
  for await (const step of disk.check()) problems.push(...step.problems)
  expect([inWords, problems.length]).toEqual([inWords, 1])
  await reclaimAllBut(disk, [...wanted, bad])
  await store(disk, [bad])
  await expectStored(disk, [...wanted, bad])
  expect((await disk.stats()).blocks).toBe(wanted.length + 1)
  await disk.close()
}

test.each(['power fails', 'process is killed'])('the %s at any step of a reclaim: nothing is lost', async (how) => {
  const folder = await newFolder()
  const copies = await newFolder()
  const files = losingFiles()
  const disk = await openDiskStore({ folder, segmentBytes: 6000, files })
  const all = numbered('block', 100, 200)
  await store(disk, all)
  // Of the first segment nothing stays, of others a part, of some nearly all.
  const kept = all.filter((_, i) => i > 30 && (i > 80 ? i % 7 !== 0 : i % 3 === 0))
  const bad = kept[5]!
  await flipBytesOf(folder, hashOf(bad))
  // The medium itself has it so.
  for (const path of await segmentsIn(folder)) {
    const fd = await files.open(path)
    await files.sync(fd)
    await files.close(fd)
  }
  await expect(disk.get(hashOf(bad))).rejects.toMatchObject({ code: 'BLOCK_DAMAGED' })
  const acknowledged = kept.filter((one) => one !== bad)
  const moments: Moment[] = []
  const note = (call: string) => {
    const to = join(copies, String(moments.length))
    if (how === 'power fails') files.copyLost(folder, to)
    else copyKilled(folder, to)
    moments.push({ call, folder: to, acknowledged: acknowledged.length })
  }
  files.before = note

  const run = await disk.reclaim()
  await run.mark(kept.map(hashOf))
  let round = 0
  for await (const _ of run.sweep()) {
    const fresh = numbered(`fresh ${round++}`, 3, 100)
    await store(disk, fresh)
    acknowledged.push(...fresh)
  }
  await run.end()
  note('end')
  delete files.before
  await disk.close()

  expect(moments.map(({ call }) => call)).toEqual(expect.arrayContaining([expect.stringMatching(/^rename .*new$/), expect.stringMatching(/^remove index/), 'sync index', expect.stringMatching(/^remove segments/), 'sync segments', 'sync', 'write']))
  for (const moment of moments) await expectKept(moment, acknowledged.slice(0, moment.acknowledged), bad)
})

test('a reclaim that ended between renaming and removing has every block twice; one counts, and the next reclaim frees the other', async () => {
  const folder = await newFolder()
  const files = losingFiles()
  const disk = await openDiskStore({ folder, segmentBytes: 6000, files })
  const all = numbered('block', 50, 200)
  await store(disk, all)
  const kept = all.filter((_, i) => i % 2 === 0)
  const twice = join(await newFolder(), 'twice')
  files.before = (call) => {
    if (!call.startsWith('remove index')) return
    delete files.before
    copyKilled(folder, twice)
  }
  await reclaimAllBut(disk, kept)
  await disk.close()
  const before = (await segmentsIn(twice)).length
  const withoutIndex = join(await newFolder(), 'bare')
  await cp(join(twice, 'segments'), join(withoutIndex, 'segments'), { recursive: true })
  for (const each of [twice, withoutIndex]) {
    const again = await openDiskStore({ folder: each, segmentBytes: 6000 })
    await expectStored(again, kept)
    expect(await reclaimAllBut(again, kept)).toBe(each === twice ? 0 : 25)
    expect((await segmentsIn(each)).length).toBeLessThan(before)
    await expectStored(again, kept)
    await again.close()
  }
})

test('a block that was moved, freed and stored anew is there after a kill', async () => {
  const folder = await newFolder()
  const disk = await openDiskStore({ folder, segmentBytes: 20_000 })
  const old = numbered('old', 80, 200)
  await store(disk, old)
  // Leaves a tail that is worth going on with.
  await store(disk, numbered('tail', 5, 200))
  const moved = old.filter((_, i) => i % 4 === 0)
  await reclaimAllBut(disk, [...moved, ...numbered('tail', 5, 200)])
  const [again, ...others] = moved
  expect(await reclaimAllBut(disk, [...others, ...numbered('tail', 5, 200)], { liveRatio: 0 })).toBe(1)
  await store(disk, [again!])
  const killed = join(await newFolder(), 'killed')
  copyKilled(folder, killed)
  await disk.close()
  const next = await openDiskStore({ folder: killed })
  await expectStored(next, [...moved, ...numbered('tail', 5, 200)])
  await next.close()
})

test('names of segments are durable before more goes to them, whoever made them', async () => {
  const folder = await newFolder()
  const files = losingFiles()
  const calls: string[] = []
  files.before = (call) => void calls.push(call)
  const disk = await openDiskStore({ folder, files })
  expect(calls).toContain('sync segments')
  await disk.close()
})
