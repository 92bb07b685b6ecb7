import { readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { block, hashOf } from '../../packages/server/src/blocks/testing/blocks.ts'
import { expectAbsent, expectStored, reclaimAllBut, store as putAll } from '../../packages/server/src/blocks/testing/store.ts'
import { openBucket } from '../../packages/server/src/blocks/s3/bucket/bucket.ts'
import { openS3Store, rebuildS3Index, type S3StoreOptions } from '../../packages/server/src/blocks/index.ts'
import { openDb } from '../../packages/server/src/db/index.ts'
import type { BlockStore } from '../../packages/server/src/ports/block-store.ts'
import type { Db } from '../../packages/server/src/ports/db/index.ts'
import { pattern } from '../support/api.ts'
import { testDatabase } from '../support/database.ts'
import { temporaryFolder } from '../support/folder.ts'
import { noS3, startS3, type TestS3 } from '../support/s3.ts'

const MiB = 1 << 20
const numbered = (name: string, count: number, size = 0) => Array.from({ length: count }, (_, i) => (size === 0 ? block(`${name} ${i}`) : block(Buffer.concat([Buffer.from(`${name} ${i} `), pattern(size, i)]))))

/** A bucket's prefix, and stores on it as several processes would open them. */
interface Place {
  db: Db
  prefix: string
  open(options?: Partial<S3StoreOptions>): Promise<BlockStore>
  /** Names of the objects. */
  objects(): Promise<string[]>
  path(object: string): string
}

describe.skipIf(noS3)(`the S3 store in particular${noS3 ? ` (${noS3})` : ''}`, () => {
  let s3: TestS3
  const ending = new AsyncDisposableStack()
  let opened = new AsyncDisposableStack()
  beforeAll(async () => {
    s3 = ending.adopt(await startS3(), (it) => it.stop())
  })
  afterEach(async () => {
    await opened.disposeAsync()
    opened = new AsyncDisposableStack()
  })
  afterAll(() => ending.disposeAsync())

  async function newPlace(kind: 'sqlite' | 'postgres' = 'sqlite'): Promise<Place> {
    const url = kind === 'sqlite' ? join(opened.use(await temporaryFolder()).path, 'thole.sqlite') : opened.adopt(await testDatabase(), (it) => it.drop()).url
    const openOne = async () => opened.adopt(await openDb({ url }), (it) => it.close())
    const db = await openOne()
    await db.migrate()
    const prefix = `places/${crypto.randomUUID()}`
    return {
      db,
      prefix,
      open: async (options) => opened.adopt(await openS3Store({ db: await openOne(), bucket: s3.bucket, prefix, connection: s3, ...options }), (it) => it.close()),
      objects: () => readdir(join(s3.folder, prefix, 'segments')).catch(() => []),
      path: (object) => join(s3.folder, prefix, 'segments', object),
    }
  }

  /** Multipart uploads that were begun and not ended. */
  async function uploadsUnderWay({ prefix }: Place): Promise<number> {
    const bucket = await openBucket({ bucket: s3.bucket, prefix, connection: s3 })
    let count = 0
    for await (const page of bucket.openUploads('segments/')) count += page.length
    bucket.close()
    return count
  }

  async function problemsOf(store: BlockStore): Promise<string[]> {
    const problems: string[] = []
    for await (const step of store.check()) problems.push(...step.problems)
    return problems
  }

  test('a large upload becomes few large objects, whatever the order of its parts', async () => {
    const place = await newPlace()
    const store = await place.open({ segmentBytes: 24 * MiB })
    const all = [...numbered('large', 60, MiB), block(pattern(15 * MiB, 7)), ...numbered('small', 2000)]
    await putAll(store, all)
    const sizes = await Promise.all((await place.objects()).map(async (name) => (await stat(place.path(name))).size))
    expect(sizes.length).toBeLessThan(7)
    expect(Math.max(...sizes)).toBeLessThan(48 * MiB)
    await expectStored(store, all.filter((_, i) => i % 40 === 0 || i === 60))
    expect(await problemsOf(store)).toEqual([])
    expect(await uploadsUnderWay(place)).toBe(0)
  })

  test('what was given up leaves no upload behind', async () => {
    const place = await newPlace()
    const store = await place.open()
    const writer = store.writer()
    for (const one of numbered('given up', 40, MiB)) await writer.put(one)
    await expect.poll(() => uploadsUnderWay(place)).toBe(1)
    await writer.end()
    await expect.poll(() => uploadsUnderWay(place)).toBe(0)
    await putAll(store, [block('after')])
    // The first part went the way of the small, where it was full before it was given up.
    expect((await place.objects()).length).toBeLessThanOrEqual(2)
  })

  test('small commits of the same moment share an object', async () => {
    const place = await newPlace()
    const store = await place.open()
    const all = numbered('shared', 300)
    await Promise.all(all.map((one) => putAll(store, [one])))
    expect((await place.objects()).length).toBeLessThan(30)
    await expectStored(store, all.slice(0, 20))
  })

  test('who puts what is on its way relies on it, and fails with it', async () => {
    const place = await newPlace()
    const store = await place.open()
    const [one, other] = [store.writer(), store.writer()]
    await one.put(block('common'))
    await other.put(block('common'))
    await one.end()
    await other.commit()
    await expectStored(store, [block('common')])
    expect((await place.objects()).length).toBe(1)
  })

  test('a bucket that is away: writers fail, readers are told so, nothing is said to be absent', async () => {
    const place = await newPlace()
    const store = await place.open()
    await putAll(store, [block('before')])
    await s3.kill()
    const upstream = { code: 'UPSTREAM_FAILED' }
    const writer = store.writer()
    await writer.put(block('lost'))
    await expect(writer.commit()).rejects.toMatchObject(upstream)
    await expect(writer.put(block('more'))).rejects.toMatchObject(upstream)
    await writer.end()
    await expect(store.get(hashOf(block('before')))).rejects.toMatchObject(upstream)
    await s3.restart()
    await expectStored(store, [block('before')])
    await expectAbsent(store, [block('lost')])
    await putAll(store, [block('lost')])
    await expectStored(store, [block('lost')])
    expect((await store.stats()).damaged).toBe(0)
  })

  test('memory is bounded: many slow writers wait for each other, and all arrive', async () => {
    const place = await newPlace()
    const store = await place.open({ partBytes: 6 * MiB, bufferBytes: 36 * MiB, segmentBytes: 12 * MiB })
    const all = Array.from({ length: 12 }, (_, writer) => numbered(`writer ${writer}`, 20, MiB))
    await Promise.all(all.map((mine) => putAll(store, mine)))
    expect((await store.stats()).blocks).toBe(240)
    expect(await problemsOf(store)).toEqual([])
  })

  test.each(['sqlite', 'postgres'] as const)('two processes on one bucket, over %s: each reads the other\'s, the same blocks are there once', async (kind) => {
    const place = await newPlace(kind)
    const [one, other] = [await place.open(), await place.open()]
    const common = numbered('common', 3000)
    await Promise.all([putAll(one, [...common, ...numbered('one', 100)]), putAll(other, [...common.toReversed(), ...numbered('other', 100)])])
    await expectStored(one, [...numbered('other', 10), common[7]!])
    await expectStored(other, [...numbered('one', 10), common[9]!])
    expect((await one.stats()).blocks).toBe(3200)
    expect(await problemsOf(one)).toEqual([])
  })

  test.each(['sqlite', 'postgres'] as const)('a reclaim of one process, over %s, spares what the other relies on', async (kind) => {
    const place = await newPlace(kind)
    const [one, other] = [await place.open(), await place.open({ beatMs: 20 })]
    await putAll(one, numbered('old', 20))
    // The other's last sign of life is from after that.
    await new Promise((resolve) => setTimeout(resolve, 200))
    await using relying = other.writer()
    await relying.claim([hashOf(block('old 1'))])
    await relying.put(block('old 2'))
    await relying.put(block('new'))
    const run = await one.reclaim()
    await expect(other.reclaim()).rejects.toMatchObject({ code: 'CONFLICT' })
    await relying.commit()
    await using later = other.writer()
    await later.claim([hashOf(block('old 3'))])
    for await (const _ of run.sweep());
    await run.end()
    await expectStored(one, [block('old 1'), block('old 2'), block('old 3'), block('new')])
    await expectAbsent(one, numbered('old', 20).filter((_, i) => i === 0 || i > 3))
    expect((await one.stats()).blocks).toBe(4)
    expect(await problemsOf(other)).toEqual([])
  })

  test.each(['sqlite', 'postgres'] as const)('writers of two processes and reclaims at the same time, over %s: what is held stays', async (kind) => {
    const place = await newPlace(kind)
    const stores = [await place.open({ beatMs: 20 }), await place.open({ beatMs: 20 })] as const
    const all = numbered('busy', 120, 1000)
    /** As rows that hold blocks would be: made between commit and end. */
    const held = new Map<number, number>()
    let running = true
    const writing = Array.from({ length: 4 }, async (_, worker) => {
      for (let turn = 0; running; turn++) {
        const first = (turn * 37 + worker * 29) % 110
        const mine = Array.from({ length: 10 }, (_, i) => first + i)
        const writer = stores[worker % 2]!.writer()
        const sizes = await writer.claim(mine.map((i) => hashOf(all[i]!)))
        for (const [at, i] of mine.entries()) if (sizes[at] === undefined || i % 2) await writer.put(all[i]!)
        await writer.commit()
        for (const i of mine) held.set(i, (held.get(i) ?? 0) + 1)
        await writer.end()
        for (const i of mine) expect(await stores[(worker + 1) % 2]!.has(hashOf(all[i]!)), `block ${i}`).toBe(true)
        for (const i of mine) held.set(i, held.get(i)! - 1)
      }
    })
    let freed = 0
    for (const end = Date.now() + 6000; Date.now() < end; ) {
      await using run = await stores[freed % 2]!.reclaim()
      await run.mark([...held].filter(([, count]) => count > 0).map(([i]) => hashOf(all[i]!)))
      for await (const { blocks } of run.sweep({ liveRatio: 1 })) freed += blocks
    }
    running = false
    await Promise.all(writing)
    expect(freed).toBeGreaterThan(50)
    expect(await problemsOf(stores[0])).toEqual([])
  })

  test('a process that others gave up does not acknowledge', async () => {
    const place = await newPlace()
    const [one, other] = [await place.open({ deadMs: -1 }), await place.open({ beatMs: 300 })]
    const writer = other.writer()
    await writer.put(block('too late'))
    await (await one.reclaim()).end()
    await new Promise((resolve) => setTimeout(resolve, 700))
    await expect(writer.commit()).rejects.toMatchObject({ code: 'UPSTREAM_FAILED', retry: true })
    await writer.end()
    await putAll(other, [block('again')])
    await expectStored(one, [block('again')])
  })

  test('a sweep merges small objects; who knows the old place finds the new one', async () => {
    const place = await newPlace()
    const [one, other] = [await place.open(), await place.open({ beatMs: 20 })]
    const all = numbered('merged', 40, 20_000)
    for (const mine of all) await putAll(one, [mine])
    for (const mine of all) await other.get(hashOf(mine))
    expect((await place.objects()).length).toBe(40)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await reclaimAllBut(one, all)).toBe(0)
    expect((await place.objects()).length).toBe(1)
    await expectStored(other, all)
    await expectStored(one, all)
    expect(await problemsOf(one)).toEqual([])
    expect(await reclaimAllBut(one, all)).toBe(0)
    expect((await place.objects()).length).toBe(1)
  })

  test('reads go on while segments are rewritten again and again', async () => {
    const place = await newPlace()
    const [one, other] = [await place.open(), await place.open({ beatMs: 20 })]
    const all = numbered('restless', 60, 30_000)
    await putAll(one, all)
    let stop = false
    let reads = 0
    const reading = (async () => {
      for (let i = 0; !stop; i = (i + 1) % all.length, reads++) {
        const [bytes] = await other.getRun([hashOf(all[i]!), hashOf(all[(i + 1) % all.length]!)])
        expect(Buffer.compare(bytes!, all[i]!.bytes)).toBe(0)
      }
    })()
    for (let round = 0; round < 8; round++) {
      await putAll(one, numbered(`rubbish ${round}`, 90, 30_000))
      await new Promise((resolve) => setTimeout(resolve, 60))
      await reclaimAllBut(one, all, { liveRatio: 1 })
    }
    stop = true
    await reading
    expect(reads).toBeGreaterThan(8)
    expect((await one.stats()).blocks).toBe(60)
  })

  test('objects that no row knows go when they are old, and not before', async () => {
    const place = await newPlace()
    const store = await place.open()
    await putAll(store, [block('known')])
    const [known] = await place.objects()
    const [fresh, old] = ['0'.repeat(17), '1'.repeat(17)].map((id) => place.path(`${id}.car`))
    for (const path of [fresh!, old!]) await writeFile(path, await readFile(place.path(known!)))
    await utimes(old!, new Date(0), new Date(Date.now() - 25 * 3_600_000))
    await utimes(place.path(known!), new Date(0), new Date(Date.now() - 25 * 3_600_000))
    await reclaimAllBut(store, [block('known')])
    expect((await place.objects()).toSorted()).toEqual([`${'0'.repeat(17)}.car`, known])
    await expectStored(store, [block('known')])
  })

  test('a vanished object: its blocks are damaged, a check tells it', async () => {
    const place = await newPlace()
    const store = await place.open()
    await putAll(store, [block('gone')])
    await putAll(store, [block('here')])
    const [row] = await place.db.read((r) => r.segments.find([hashOf(block('gone'))]))
    await rm(place.path(`${row!.segment}.car`))
    expect(await problemsOf(store)).toEqual([`segment ${row!.segment} has no object`])
    await expect(store.get(hashOf(block('gone')))).rejects.toMatchObject({ code: 'BLOCK_DAMAGED' })
    await expectStored(store, [block('here')])
    await putAll(store, [block('gone')])
    await expectStored(store, [block('gone')])
  })

  test('the index is made anew from the bucket alone, for another database too', async () => {
    const place = await newPlace()
    const store = await place.open()
    const all = numbered('kept', 2500, 400)
    await putAll(store, all)
    await putAll(store, numbered('more', 30, MiB))
    const bad = all[1234]!
    const [row] = await place.db.read((r) => r.segments.find([hashOf(bad)]))
    const bytes = await readFile(place.path(`${row!.segment}.car`))
    bytes[row!.position]! ^= 1
    await writeFile(place.path(`${row!.segment}.car`), bytes)
    const options = { bucket: s3.bucket, prefix: place.prefix, connection: s3 }
    await expect(rebuildS3Index({ ...options, db: place.db })).rejects.toMatchObject({ code: 'CONFLICT' })
    await store.close()

    const fresh = await newPlace()
    await expect(openS3Store({ ...options, db: fresh.db })).rejects.toMatchObject({ code: 'CONFLICT' })
    let told = 0
    const rebuilt = await rebuildS3Index({ ...options, db: fresh.db, onProgress: ({ bytes, of }) => (told = bytes / of) })
    expect([rebuilt.blocks, rebuilt.damaged, told]).toEqual([2529, 1, 1])
    const again = opened.adopt(await openS3Store({ ...options, db: fresh.db }), (it) => it.close())
    await expectStored(again, [all[0]!, all[2499]!, ...numbered('more', 30, MiB).slice(28)])
    await expect(again.get(hashOf(bad))).rejects.toMatchObject({ code: 'BLOCK_DAMAGED' })
    await expect(openS3Store({ ...options, prefix: 'never used', db: fresh.db })).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await problemsOf(again)).toEqual([])
  })
})
