import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDb } from '../../../db/index.ts'
import { temporaryFolder } from '../../../../../../test/support/folder.ts'
import type { Db } from '../../../ports/db/index.ts'
import { Reliance } from './reliance.ts'

describe('reliance', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let db: Db
  const started: Reliance[] = []
  beforeEach(async () => {
    folder = await temporaryFolder()
    db = await openDb({ url: join(folder.path, 'thole.sqlite') })
    await db.migrate()
  })
  afterEach(async () => {
    for (const one of started.splice(0)) await one.stop()
    await db.close()
    await folder[Symbol.asyncDispose]()
  })
  const start = async (options: { beatMs?: number; lateMs?: number } = {}) => {
    const reliance = new Reliance({ db, beatMs: 20, lateMs: 30_000, ...options })
    started.push(reliance)
    await reliance.start()
    return reliance
  }

  test('stamps grow, and a later process begins above an earlier one', async () => {
    const first = await start()
    const stamps = Array.from({ length: 1000 }, () => first.stamp())
    expect(stamps).toEqual([...new Set(stamps)].toSorted((a, b) => a - b))
    await db.write((w) => w.reliance.beat(first.process, 9e15))
    expect((await start()).stamp()).toBeGreaterThan(9e15)
  })

  test('the horizon is the oldest hold, or now', async () => {
    const reliance = await start()
    const [old, young] = [reliance.begin(), reliance.begin()]
    expect(reliance.horizon()).toBe(old.since)
    reliance.end(old)
    expect(reliance.horizon()).toBe(young.since)
    reliance.end(young)
    expect(reliance.horizon()).toBeGreaterThan(young.since)
  })

  test('nothing is acknowledged without a sign of life in time', async () => {
    const reliance = await start({ beatMs: 60_000, lateMs: 50 })
    const hold = reliance.begin()
    reliance.demand(hold)
    await new Promise((resolve) => setTimeout(resolve, 80))
    expect(() => reliance.demand(hold)).toThrow(/out of touch/)
  })

  test('who was given up for dead has lost what it relied on, and begins anew', async () => {
    const reliance = await start()
    const hold = reliance.begin()
    await db.write((w) => w.reliance.leave(reliance.process))
    await expect.poll(() => hold.failure?.code).toBe('UPSTREAM_FAILED')
    const next = reliance.begin()
    reliance.demand(next)
    expect(await db.read((r) => r.reliance.seenWithin(60_000))).toEqual([reliance.process])
  })
})
