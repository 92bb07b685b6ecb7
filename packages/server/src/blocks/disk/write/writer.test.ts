import { readFile } from 'node:fs/promises'
import { expect, test, vi } from 'vitest'
import { block, hashOf } from '../../testing/blocks.ts'
import { expectStored, store } from '../../testing/store.ts'
import { openDiskStore } from '../open.ts'
import { failingFiles } from '../testing/failing-files.ts'
import { segmentsIn, testFolders } from '../testing/folders.ts'

const newFolder = testFolders()
const numbered = (name: string, count: number, size = 100) => Array.from({ length: count }, (_, i) => block(`${name} ${i} `.padEnd(size, 'x')))

async function openFailing() {
  const folder = await newFolder()
  const files = failingFiles()
  const disk = await openDiskStore({ folder, files, writerBytes: 50_000 })
  await store(disk, numbered('before', 20))
  return { folder, files, disk }
}

/** What was acknowledged is there now and after reopening, the medium being well again. */
async function expectKept(folder: string, disk: Awaited<ReturnType<typeof openDiskStore>>, acknowledged: ReturnType<typeof numbered>) {
  await expectStored(disk, acknowledged)
  await disk.close()
  const again = await openDiskStore({ folder })
  await expectStored(again, acknowledged)
  await again.close()
}

test('readers see a block when it is durable, not before', async () => {
  const disk = await openDiskStore({ folder: await newFolder(), writerBytes: 10 })
  const one = block('a block that is larger than the buffer')
  const writer = disk.writer()
  await writer.put(one)
  await writer.put(block('another one, after which the first one has been written'))
  expect([await disk.has(hashOf(one)), await disk.get(hashOf(one)), await disk.size(hashOf(one)), (await disk.stats()).blocks]).toEqual([false, undefined, undefined, 0])
  await writer.commit()
  await expectStored(disk, [one])
  await disk.close()
})

test('many small commits share writes and syncs', async () => {
  const { disk, files } = await openFailing()
  files.writes = files.syncs = 0
  const all = numbered('tiny', 640, 4096)
  await Promise.all(Array.from({ length: 64 }, async (_, i) => {
    for (const one of all.slice(i * 10, i * 10 + 10)) await store(disk, [one])
  }))
  expect(files.syncs).toBeLessThan(160)
  expect(files.writes).toBeLessThan(160)
  await expectStored(disk, all)
  await disk.close()
})

test('a full medium: the writer fails, others and readers do not; with room again, writing goes on without damage', async () => {
  const { folder, files, disk } = await openFailing()
  files.room = 70_000
  const big = disk.writer()
  const failure = await (async () => {
    for (const one of numbered('big', 3000)) await big.put(one)
    await big.commit()
  })().catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'STORAGE_FULL' })
  await expect(big.commit()).rejects.toMatchObject({ code: 'STORAGE_FULL' })
  await big.end()
  await expectStored(disk, numbered('before', 20))
  // What fits still goes in, and what is here already costs nothing.
  await store(disk, numbered('before', 20))
  files.room = 0
  await expect(store(disk, [block('one more')])).rejects.toMatchObject({ code: 'STORAGE_FULL' })
  files.room = Infinity
  await store(disk, numbered('after', 500))
  await store(disk, numbered('big', 3000))
  const [path] = await segmentsIn(folder)
  expect(await segmentsIn(folder)).toHaveLength(1)
  expect((await disk.stats()).bytes).toBe((await readFile(path!)).length)
  await expectKept(folder, disk, [...numbered('before', 20), ...numbered('after', 500), ...numbered('big', 3000)])
})

test('a small commit succeeds beside a big one that has no room', async () => {
  const { folder, files, disk } = await openFailing()
  files.room = 2_000
  const big = block(new Uint8Array(40_000).fill(3))
  const small = block('small')
  const results = await Promise.allSettled([store(disk, [big]), store(disk, [small])])
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
  files.room = Infinity
  await expectKept(folder, disk, [small])
})

test('a new segment that cannot be made fails its writer only', async () => {
  const folder = await newFolder()
  const files = failingFiles()
  const disk = await openDiskStore({ folder, files, segmentBytes: 2000 })
  await store(disk, numbered('first', 10))
  files.room = 300
  await expect(store(disk, numbered('second', 100))).rejects.toMatchObject({ code: 'STORAGE_FULL' })
  files.room = Infinity
  await store(disk, numbered('second', 100))
  await expectKept(folder, disk, [...numbered('first', 10), ...numbered('second', 100)])
})

test.each([0, 1])('after a failed sync everybody who relied on it fails, also who only skipped; the segment is left (failing truncations: %i)', async (badCuts) => {
  const { folder, files, disk } = await openFailing()
  const [owner, skipper, outsider] = [disk.writer(), disk.writer(), disk.writer()]
  // Enough to be written at once.
  const shared = numbered('shared', 900)
  for (const one of shared) await owner.put(one)
  await outsider.put(block('before 3 '.padEnd(100, 'x')))
  while (files.writes < 3) await new Promise((resolve) => setImmediate(resolve))
  await skipper.put(shared[0]!)
  files.badSyncs = 1
  files.badCuts = badCuts
  const commits = await Promise.allSettled([owner.commit(), skipper.commit()])
  expect(commits).toMatchObject([{ status: 'rejected', reason: { code: 'INTERNAL' } }, { status: 'rejected', reason: { code: 'INTERNAL' } }])
  await outsider.commit()
  expect(await disk.has(hashOf(shared[0]!))).toBe(false)
  await store(disk, shared)
  expect(await segmentsIn(folder)).toHaveLength(2)
  await expectKept(folder, disk, [...numbered('before', 20), ...shared])
})

test('a commit covers blocks that another writer had placed and nobody synced', async () => {
  const { folder, files, disk } = await openFailing()
  const shared = numbered('shared', 900)
  const first = disk.writer()
  for (const one of shared) await first.put(one)
  while (files.writes < 3) await new Promise((resolve) => setImmediate(resolve))
  const second = disk.writer()
  await second.put(shared[0]!)
  files.syncs = 0
  await second.commit()
  expect(files.syncs).toBe(1)
  await first.end()
  await expectKept(folder, disk, [shared[0]!])
})

test('the bytes of a block are the caller\'s again when put resolves', async () => {
  const disk = await openDiskStore({ folder: await newFolder(), writerBytes: 3_000_000 })
  const all = [300, 70_000, 1 << 20, 300_000, 3 << 20, 900_000, 20].flatMap((size, i) => numbered(`round ${i} `, 3, size))
  const writer = disk.writer()
  const lent = new Uint8Array(3 << 20)
  for (const { cid, bytes } of [...all, ...all]) {
    lent.set(bytes)
    await writer.put({ cid, bytes: lent.subarray(0, bytes.length) })
  }
  await writer.commit()
  await expectStored(disk, all)
  await disk.close()
})

test('a writer that goes on and on is synced meanwhile', async () => {
  const files = failingFiles()
  const disk = await openDiskStore({ folder: await newFolder(), files, writerBytes: 10_000, syncEveryBytes: 100_000 })
  const all = numbered('one of many', 100, 10_000)
  const writer = disk.writer()
  for (const one of all) await writer.put(one)
  await vi.waitUntil(() => disk.has(hashOf(all[0]!)))
  await writer.commit()
  await expectStored(disk, all)
  expect(files.syncs).toBeLessThan(20)
  await disk.close()
})

test('when such a sync fails, the writer fails, and what was acknowledged before is kept', async () => {
  const folder = await newFolder()
  const files = failingFiles()
  const disk = await openDiskStore({ folder, files, writerBytes: 10_000, syncEveryBytes: 100_000 })
  const kept = numbered('kept', 3)
  await store(disk, kept)
  const writer = disk.writer()
  files.badSyncs = 1
  const failure = await (async () => {
    for (const one of numbered('lost', 100, 10_000)) await writer.put(one)
    await writer.commit()
  })().catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'INTERNAL' })
  expect(files.badSyncs).toBe(0)
  await writer.end()
  await expectKept(folder, disk, kept)
})

test('an aborted signal ends a writer; its arrays are free when abort resolves', async () => {
  const { folder, disk } = await openFailing()
  const controller = new AbortController()
  const writer = disk.writer({ signal: controller.signal })
  const bytes = new Uint8Array(60_000).fill(1)
  const one = block(bytes)
  const putting = writer.put(one)
  controller.abort()
  await putting.catch(() => {})
  await expect(writer.put(block('late'))).rejects.toMatchObject({ code: 'ABORTED' })
  await expect(writer.commit()).rejects.toMatchObject({ code: 'ABORTED' })
  await writer.end()
  bytes.fill(2)
  await store(disk, [block(new Uint8Array(60_000).fill(1))])
  await expectKept(folder, disk, [block(new Uint8Array(60_000).fill(1))])
})

test('closing waits for commits under way and refuses what comes later', async () => {
  const folder = await newFolder()
  const disk = await openDiskStore({ folder })
  const all = numbered('last', 2000)
  const writer = disk.writer()
  for (const one of all) await writer.put(one)
  const commit = writer.commit()
  await disk.close()
  await commit
  await expect(writer.put(block('late'))).rejects.toMatchObject({ code: 'SHUTTING_DOWN' })
  await expect(disk.get(hashOf(all[0]!))).rejects.toMatchObject({ code: 'SHUTTING_DOWN' })
  const again = await openDiskStore({ folder })
  await expectStored(again, all)
  await again.close()
})

test('blocks and multihashes beyond the format are refused', async () => {
  const disk = await openDiskStore({ folder: await newFolder() })
  await expect(disk.writer().put(block(new Uint8Array(17 << 20)))).rejects.toMatchObject({ code: 'TOO_LARGE' })
  expect(await disk.has(new Uint8Array(1000))).toBe(false)
  await disk.close()
})
