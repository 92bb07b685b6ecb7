import { appendFile, copyFile, mkdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CarReader } from '@ipld/car'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import type { Block } from '@thole/dag'
import { block, hashOf } from '../../testing/blocks.ts'
import { expectStored, store } from '../../testing/store.ts'
import { openDiskStore } from '../open.ts'
import { problemsOf } from '../testing/damage.ts'
import { segmentsIn, testFolders, wordsLog } from '../testing/folders.ts'
import { copyKilled } from '../testing/losing-files.ts'

const newFolder = testFolders()
const some = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => block(`block ${from + i} ${'x'.repeat(((from + i) * 37) % 700)}`))

async function write(folder: string, blocks: Block[], segmentBytes?: number): Promise<void> {
  const disk = await openDiskStore({ folder, segmentBytes })
  for (let i = 0; i < blocks.length; i += 40) await store(disk, blocks.slice(i, i + 40))
  await disk.close()
}

/** Opens, checks that all of it is there and that more can be written, closes. Returns what was logged. */
async function expectWhole(folder: string, blocks: Block[]): Promise<string[]> {
  const { log, words } = wordsLog()
  const disk = await openDiskStore({ folder, log })
  await expectStored(disk, blocks)
  await store(disk, some(9000, 9003))
  await expectStored(disk, some(9000, 9003))
  await disk.close()
  return words
}

test('reopening finds everything, over several segments, which CAR tools can read', async () => {
  const folder = await newFolder()
  const all = some(0, 300)
  await write(folder, all, 10_000)
  expect(await expectWhole(folder, all)).toEqual([])
  const paths = await segmentsIn(folder)
  expect(paths.length).toBeGreaterThan(5)
  const found = new Set<string>()
  for (const path of paths) {
    const reader = await CarReader.fromBytes(await readFile(path))
    expect(await reader.getRoots()).toEqual([])
    for await (const { cid, bytes } of reader.blocks()) {
      found.add(cid.toString())
      expect(hashOf(block(bytes, cid.code))).toEqual(cid.multihash.bytes)
    }
  }
  expect(found).toEqual(new Set([...all, ...some(9000, 9003)].map(({ cid }) => cid.toString())))
})

test('index files that are lost, cut, damaged, or of another store are rebuilt', async () => {
  const folder = await newFolder()
  const all = some(0, 120)
  await write(folder, all, 20_000)
  const strange = await newFolder()
  await write(strange, some(500, 600), 20_000)
  const path = join(folder, 'index', '00000001')
  const whole = await readFile(path)
  const flipped = Buffer.from(whole)
  flipped[whole.length >> 1]! ^= 1
  for (const bytes of [whole.subarray(0, -5), whole.subarray(0, 7), flipped, Buffer.alloc(0), Buffer.alloc(3000), await readFile(join(strange, 'index', '00000001'))]) {
    await writeFile(path, bytes)
    await expectWhole(folder, all)
    expect((await readFile(path)).subarray(0, whole.length).length).toBeGreaterThan(100)
  }
  await copyFile(join(folder, 'index', '00000002'), path)
  await expectWhole(folder, all)
  await rm(join(folder, 'index'), { recursive: true })
  expect(await expectWhole(folder, all)).toContain('rebuilt the index of a segment')
  expect(await expectWhole(folder, all)).toEqual([])
})

test('an index is rebuilt over blocks of every size, wherever they lie', async () => {
  const folder = await newFolder()
  const sizes = [0, 1, 50_000, 300_000, 902_001, 1 << 20, 2 << 20, 5 << 20, 700, 3 << 20, 16 << 20, 4 << 20, 10]
  const all = Array.from({ length: 4 }, (_, round) => sizes.map((size) => block(filled(size, round)))).flat()
  const distinct = new Set(all.map(({ cid }) => cid.toString())).size
  await write(folder, all)
  await rm(join(folder, 'index'), { recursive: true })
  expect(await expectWhole(folder, all)).toEqual(['rebuilt the index of a segment'])
  const disk = await openDiskStore({ folder })
  expect((await disk.stats()).blocks).toBe(distinct + 3)
  await disk.close()
})

test('a torn tail is cut off at the last good block, wherever it was torn and whatever follows', async () => {
  const folder = await newFolder()
  const kept = some(0, 30)
  await write(folder, kept)
  const [path] = await segmentsIn(folder)
  const durable = await readFile(path!)
  const indexPath = join(folder, 'index', '00000001')
  const index = await readFile(indexPath)
  const late = some(30, 60)
  await write(folder, late)
  const whole = await readFile(path!)
  const tail = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.constant(new Uint8Array(4096)), fc.constant(Buffer.from('ffffffffffffff7f', 'hex')))
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: durable.length, max: whole.length }), tail, async (length, garbage) => {
      // As after a crash: the index was written last when the first 30 blocks were durable.
      await writeFile(path!, Buffer.concat([whole.subarray(0, length), garbage]))
      await writeFile(indexPath, index)
      const disk = await openDiskStore({ folder })
      await expectStored(disk, kept)
      const there = await Promise.all(late.map((one) => disk.has(hashOf(one))))
      const count = there.lastIndexOf(true) + 1
      await expectStored(disk, late.slice(0, count))
      expect((await stat(path!)).size).toBe(durable.length + late.slice(0, count).reduce((sum, one) => sum + frameLength(one), 0))
      if (count < late.length) expect(durable.length + late.slice(0, count + 1).reduce((sum, one) => sum + frameLength(one), 0)).toBeGreaterThan(length)
      await store(disk, late)
      await disk.close()
      expect(await readFile(path!)).toEqual(whole)
    }),
    { numRuns: 40 },
  )
})

test('a flipped bit costs one block, and nothing of a segment without an index is cut off', async () => {
  const folder = await newFolder()
  const all = some(0, 50)
  await write(folder, all)
  await rm(join(folder, 'index'), { recursive: true })
  const [path] = await segmentsIn(folder)
  const bytes = await readFile(path!)
  const at = bytes.indexOf(all[20]!.bytes)
  bytes[at + 2]! ^= 8
  await writeFile(path!, Buffer.concat([bytes, Buffer.alloc(100)]))
  const others = all.filter((_, i) => i !== 20)
  expect(await expectWhole(folder, others)).toContain('blocks of a segment are damaged')
  expect((await stat(path!)).size).toBe(bytes.length + 100)
  expect(await segmentsIn(folder)).toHaveLength(2)
  const disk = await openDiskStore({ folder })
  expect(await disk.has(hashOf(all[20]!))).toBe(false)
  await expect(disk.get(hashOf(all[20]!))).rejects.toMatchObject({ code: 'BLOCK_DAMAGED' })
  await store(disk, all)
  await expectStored(disk, [...all, ...some(9000, 9003)])
  await disk.close()
})

test('a vanished segment takes its own blocks along and nothing else, and its number is not used again', async () => {
  const folder = await newFolder()
  const all = some(0, 200)
  await write(folder, all, 10_000)
  const paths = await segmentsIn(folder)
  await rm(paths[1]!)
  await rm(paths.at(-1)!)
  const { log, words } = wordsLog()
  const disk = await openDiskStore({ folder, log })
  expect(words).toEqual(Array(2).fill('a segment has vanished; its blocks are damaged'))
  const there: Block[] = []
  for (const one of all) {
    if (await disk.has(hashOf(one))) there.push(one)
    else await expect(disk.get(hashOf(one))).rejects.toMatchObject({ code: 'BLOCK_DAMAGED' })
  }
  expect((await disk.stats()).damaged).toBe(200 - there.length)
  expect(there.length).toBeGreaterThan(50)
  expect(there.length).toBeLessThan(200)
  await expectStored(disk, there)
  await store(disk, all)
  await disk.close()
  expect(await segmentsIn(folder)).not.toContain(paths.at(-1))
  await expectWhole(folder, all)
})

test('a segment whose making was cut short is made anew', async () => {
  const folder = await newFolder()
  await write(folder, some(0, 10))
  await writeFile(join(folder, 'segments', '00000002.car'), Buffer.alloc(9))
  await expectWhole(folder, some(0, 10))
})

function filled(size: number, round: number): Uint8Array {
  const bytes = new Uint8Array(size).fill(round)
  for (let i = 0; i < size; i += 4093) bytes[i] = i >>> 5
  return bytes
}

function frameLength({ cid, bytes }: Block): number {
  const length = cid.bytes.length + bytes.length
  return length + (length < 128 ? 1 : length < 16_384 ? 2 : 3)
}

test('an index that could not be begun is begun with the next commit, so that a torn end is known for what it is', async () => {
  const folder = await newFolder()
  const disk = await openDiskStore({ folder })
  const indexPath = join(folder, 'index', '00000001')
  await mkdir(indexPath)
  await store(disk, some(0, 10))
  await rmdir(indexPath)
  await store(disk, some(10, 20))
  await vi.waitFor(async () => expect((await stat(indexPath)).size).toBeGreaterThan(0))
  const killed = join(await newFolder(), 'killed')
  copyKilled(folder, killed)
  await disk.close()
  const [path] = await segmentsIn(killed)
  await appendFile(path!, Uint8Array.of(200, 3, 1, 0x55))
  const { log, words } = wordsLog()
  const next = await openDiskStore({ folder: killed, log })
  expect(words).toEqual(['truncating the torn tail of a segment'])
  expect(await problemsOf(next)).toEqual([])
  await expectStored(next, some(0, 20))
  await next.close()
})
