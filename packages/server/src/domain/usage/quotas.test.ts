import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { testDatabase } from '../../../../../test/support/database.ts'
import { leaf, node } from '../testing/blocks.ts'
import { carOf, inPieces, openHouse, signal, type House } from './testing/house.ts'

const kib = 1024
const profile = 'unixfs-v1-2025'
const refused = { code: 'QUOTA_EXCEEDED', status: 413 }

describe('what a plan gives of storage', () => {
  test('is not passed, and what is refused says what is used, the cap, and where to get more', async () => {
    await using house = await openHouse()
    const who = await house.member({ storageBytes: 100 * kib, name: 'Tiny' })
    const send = (bytes: Uint8Array, declared?: number) => house.uploads.file(who, inPieces(bytes), { profile, declared, signal })
    const first = await send(randomBytes(60 * kib), 60 * kib)
    const words = /the plan Tiny has room for 100 KiB, 60(\.\d)? KiB of it are used, this takes 50 KiB more; for more, see the plans/
    await expect(send(randomBytes(50 * kib), 50 * kib)).rejects.toMatchObject({ ...refused, message: expect.stringMatching(words) })
    // Nobody said how much comes.
    await expect(send(randomBytes(50 * kib))).rejects.toMatchObject(refused)
    await expect(send(randomBytes(2000 * kib))).rejects.toMatchObject(refused)
    expect(await house.used(who)).toMatchObject({ reserved: 0 })
    await house.uploads.remove(who, first.upload.id)
    await send(randomBytes(90 * kib))
    expect((await house.used(who)).bytes).toBeGreaterThanOrEqual(90 * kib)
    expect(house.seen.has(who.account.id)).toBe(true)
  })

  test('counts what a small CAR brings of what is here already', async () => {
    await using house = await openHouse()
    const [rich, poor] = [await house.member({}), await house.member({ storageBytes: kib })]
    const big = leaf('x'.repeat(2000))
    const above = node(big)
    await house.uploads.car(rich, inPieces(carOf(above, above, big)), { profile, signal })
    await expect(house.uploads.car(poor, inPieces(carOf(above, above)), { profile, declared: 200, signal })).rejects.toMatchObject(refused)
    expect(await house.used(poor)).toEqual({ bytes: 0, blocks: 0, reserved: 0 })
    expect((await house.uploads.list(poor, { limit: 9 })).count).toBe(0)
  })

  test('counts parts of DAGs that are not complete, and tiny blocks', async () => {
    await using house = await openHouse()
    const who = await house.member({ storageBytes: 10 * kib, blocks: 40 })
    const part = (number: number, size: number) => {
      const all = Array.from({ length: number }, () => leaf(randomBytes(size).toString('hex').slice(0, size)))
      const root = node(...all, leaf('never sent'))
      return house.uploads.car(who, inPieces(carOf(root, root, ...all)), { profile, signal })
    }
    await part(3, 2000)
    await expect(part(3, 2000)).rejects.toMatchObject(refused)
    await part(20, 10)
    await expect(part(20, 10)).rejects.toMatchObject({ ...refused, message: expect.stringContaining('40 blocks') })
    expect(await house.used(who)).toMatchObject({ blocks: 25, reserved: 0 })
  })

  test('counts what stays of a DAG that is not complete where the upload that brought it is removed', async () => {
    await using house = await openHouse()
    const who = await house.member({ storageBytes: 10 * kib })
    const leaves = [1, 2, 3].map(() => leaf(randomBytes(1000).toString('hex')))
    const root = node(...leaves, leaf('never sent'))
    const send = (...all: ReturnType<typeof leaf>[]) => house.uploads.car(who, inPieces(carOf(root, ...all)), { profile, signal })
    const parts = await send(root, ...leaves)
    const other = await send(root)
    const before = await house.used(who)
    await house.uploads.remove(who, parts.upload.id)
    const after = await house.used(who)
    expect(after.bytes).toBeGreaterThan(6000)
    expect([after.bytes <= before.bytes, after.blocks]).toEqual([true, 4])
    await house.uploads.remove(who, other.upload.id)
    expect(await house.used(who)).toEqual({ bytes: 0, blocks: 0, reserved: 0 })
  })

  test('pins of what is here count at once; what is held already may be pinned again', async () => {
    await using house = await openHouse()
    const [rich, poor] = [await house.member({}), await house.member({ storageBytes: 1500, inFlightPins: 1 })]
    const [a, b] = [leaf('a'.repeat(1000)), leaf('b'.repeat(1000))]
    for (const one of [a, b]) await house.uploads.car(rich, inPieces(carOf(one, one)), { profile, signal })
    const first = await house.pins.add(poor, { cid: a.cid.toString() })
    expect(first.status).toBe('pinned')
    await expect(house.pins.add(poor, { cid: b.cid.toString() })).rejects.toMatchObject(refused)
    const again = await house.pins.add(poor, { cid: a.cid.toString() })
    // By a smaller one, or one as large, what is held may be replaced.
    await house.pins.remove(poor, again.id)
    const other = await house.pins.replace(poor, first.id, { cid: b.cid.toString() })
    expect(await house.used(poor)).toMatchObject({ bytes: 1000, blocks: 1 })
    await house.pins.add(poor, { cid: leaf('elsewhere').cid.toString() })
    await expect(house.pins.add(poor, { cid: leaf('nowhere').cid.toString() })).rejects.toMatchObject({ message: expect.stringContaining('the limit of your plan') })
    await house.pins.remove(poor, other.id)
    expect(await house.used(poor)).toMatchObject({ bytes: 0 })
  })

  test('a full account loses nothing', async () => {
    await using house = await openHouse()
    const who = await house.member({ storageBytes: 10 * kib })
    const { upload } = await house.uploads.file(who, inPieces(randomBytes(8 * kib)), { profile, signal })
    await house.plans.put({ account: who.account, scopes: who.scopes }, { ...house.plans.of(who.account)!, storageBytes: 10 })
    expect((await house.uploads.list(who, { limit: 9 })).uploads.map(({ id }) => id)).toEqual([upload.id])
    await expect(house.uploads.file(who, inPieces(randomBytes(1)), { profile, signal })).rejects.toMatchObject(refused)
    await house.uploads.remove(who, upload.id)
    await house.uploads.file(who, inPieces(randomBytes(1)), { profile, signal })
  })

  test('what becomes complete fails the requests of those who have no room for it', async () => {
    await using house = await openHouse()
    const [rich, poor] = [await house.member({}), await house.member({ storageBytes: 1500 })]
    const [a, b] = [leaf('a'.repeat(1000)), leaf('b'.repeat(1000))]
    const root = node(a, b)
    const [hers, his] = [await house.pins.add(rich, { cid: root.cid.toString() }), await house.pins.add(poor, { cid: root.cid.toString() })]
    await house.uploads.car(rich, inPieces(carOf(root, root, a, b)), { profile, signal })
    expect(await house.pins.get(rich, hers.id)).toMatchObject({ status: 'pinned' })
    expect(await house.pins.get(poor, his.id)).toMatchObject({ status: 'failed', reason: expect.stringMatching(/^The account is full: the plan Small has room for 1.5 KiB/) })
    expect(await house.used(poor)).toMatchObject({ bytes: 0 })
  })

  test('room that a process took which is no more is free again', async () => {
    await using house = await openHouse({ lease: 60_000 })
    const who = await house.member({ storageBytes: 100 * kib })
    await house.db.write((w) => w.quotas.reserve({ id: 'of one that was killed', accountId: who.account.id, bytes: 90 * kib, blocks: 1, until: house.clock.time + 30_000 }))
    const send = () => house.uploads.file(who, inPieces(randomBytes(20 * kib)), { profile, declared: 20 * kib, signal })
    await expect(send()).rejects.toMatchObject({ ...refused, message: expect.stringContaining('90 KiB are taken by uploads under way') })
    house.clock.time += 30_000
    await send()
    // Where there is no other process, all that was left behind goes at the start.
    await house.db.write((w) => w.quotas.reserve({ id: 'another', accountId: who.account.id, bytes: 90 * kib, blocks: 1, until: house.clock.time + 30_000 }))
    await house.quotas.start()
    expect(await house.used(who)).toMatchObject({ reserved: 0 })
  })

  test('only so many uploads of an account are under way', async () => {
    await using house = await openHouse({ maxUploads: 2 })
    const [one, two] = [await house.member({}), await house.member({})]
    const rooms = [await house.quotas.upload(one.account), await house.quotas.upload(one.account), await house.quotas.upload(two.account)]
    await expect(house.quotas.upload(one.account)).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    await rooms[0]![Symbol.asyncDispose]()
    await using _ = await house.quotas.upload(one.account)
  })
})

/** Uploads of random sizes by one account, all at once, by several servers; some break off. */
async function neverPasses(house: House, servers: readonly Pick<House, 'uploads'>[], numRuns: number): Promise<void> {
  const upload = fc.record({ size: fc.integer({ min: 1, max: 60_000 }), isDeclared: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, fc.constant(false)), breaksOff: fc.boolean(), by: fc.nat() })
  await fc.assert(
    fc.asyncProperty(fc.array(upload, { minLength: 2, maxLength: 12 }), fc.integer({ min: 1000, max: 200_000 }), async (all, cap) => {
      const who = await house.member({ storageBytes: cap })
      let isPassed = false
      const watching = (async () => {
        for (let i = 0; i < 5; i++) isPassed ||= (await house.used(who)).bytes > cap
      })()
      const ends = await Promise.allSettled(
        all.map(({ size, isDeclared, breaksOff, by }) => {
          const bytes = randomBytes(size)
          const source = breaksOff ? brokenOff(bytes) : inPieces(bytes, 10_000)
          return servers[by % servers.length]!.uploads.file(who, source, { profile, declared: isDeclared ? size : undefined, signal })
        }),
      )
      await watching
      const used = await house.used(who)
      expect(isPassed).toBe(false)
      expect(used.bytes).toBeLessThanOrEqual(cap)
      expect(used.reserved).toBe(0)
      const stored = ends.flatMap((end, i) => (end.status === 'fulfilled' ? [all[i]!.size] : []))
      expect(used.bytes).toBeGreaterThanOrEqual(stored.reduce((sum, size) => sum + size, 0))
      // All of them together have room, and say what they need.
      if (all.every(({ size, isDeclared }) => isDeclared && size * all.length * 1.01 + 1000 < cap)) expect(stored).toHaveLength(all.filter(({ breaksOff }) => !breaksOff).length)
    }),
    { numRuns },
  )
}

async function* brokenOff(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield* inPieces(bytes.subarray(0, bytes.length / 2), 10_000)
  throw new Error('the client went away')
}

test('parallel uploads never pass the cap, and give back all that they took', async () => {
  await using house = await openHouse()
  await neverPasses(house, [house], 25)
})

test('nor do those of two servers over PostgreSQL', async () => {
  const { url, drop } = await testDatabase()
  await using after = new AsyncDisposableStack()
  after.defer(drop)
  await using house = await openHouse({ url })
  await neverPasses(house, [house, await house.openServer()], 15)
})
