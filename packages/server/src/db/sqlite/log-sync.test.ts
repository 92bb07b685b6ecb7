import fs from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDb } from '../index.ts'
import type { Db } from '../../ports/db/index.ts'
import { LogSync } from './log-sync.ts'

type Done = (error: NodeJS.ErrnoException | null) => void

describe('what was committed and is not durable yet', () => {
  const fdatasync = fs.fdatasync
  let folder: string
  let db: Db
  /** Syncs that the disk has not done. */
  let held: ((error?: NodeJS.ErrnoException) => void)[]

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'thole-sync-'))
    db = await openDb({ url: join(folder, 'thole.db') })
    await db.migrate()
    held = []
    fs.fdatasync = Object.assign((fd: number, done: Done) => void held.push((error) => (error ? done(error) : fdatasync(fd, done))), { __promisify__: fdatasync.__promisify__ })
    syncBuiltinESMExports()
  })
  afterEach(async () => {
    fs.fdatasync = fdatasync
    syncBuiltinESMExports()
    for (const go of held.splice(0)) go()
    // The failure is told once more.
    await db.close().catch(() => {})
    await rm(folder, { recursive: true })
  })

  const write = (value: string) => db.write((w) => w.instance.ensure(value, value))
  const look = (from: Db['read'], name: string) => from((r) => r.instance.get(name))
  /** Everything that needs no sync has happened. */
  const rest = async () => {
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
  }
  async function stateOf(promise: Promise<unknown>): Promise<string> {
    await rest()
    return Promise.race([promise.then(() => 'done', () => 'failed'), Promise.resolve('waits')])
  }

  it('is told to nobody, and what a transaction goes by is', async () => {
    const writing = write('a')
    expect([await stateOf(writing), held.length]).toEqual(['waits', 1])
    expect(await look(db.peek, 'a')).toBe('a')
    const reading = look(db.read, 'a')
    expect(await stateOf(reading)).toBe('waits')
    held.shift()!()
    expect([await writing, await reading]).toEqual(['a', 'a'])
    expect(await look(db.read, 'a')).toBe('a')
  })

  it('shares its next sync with all that comes meanwhile', async () => {
    const first = write('a')
    await rest()
    const others = ['b', 'c', 'd'].map(write)
    await rest()
    expect([held.length, await look(db.peek, 'b')]).toEqual([1, undefined])
    held.shift()!()
    await first
    await rest()
    expect([held.length, await stateOf(Promise.all(others))]).toEqual([1, 'waits'])
    held.shift()!()
    expect(await Promise.all(others)).toEqual(['b', 'c', 'd'])
  })

  it('is lost for all that the disk may have dropped, and nothing counts after that', async () => {
    const writing = write('a')
    await rest()
    const [reading, next] = [look(db.read, 'a'), write('b')]
    const told = Promise.allSettled([writing, reading, next])
    held.shift()!(Object.assign(new Error('EIO'), { code: 'EIO' }))
    expect((await told).map((one) => one.status === 'rejected' && (one.reason as { code: string }).code)).toEqual(Array(3).fill('UPSTREAM_FAILED'))
    expect(held).toHaveLength(0)
    await expect(write('c')).rejects.toMatchObject({ code: 'UPSTREAM_FAILED' })
    await expect(look(db.read, 'a')).rejects.toMatchObject({ code: 'UPSTREAM_FAILED' })
  })

  it('is synced for one after the other: a failure is told to whoever waits behind it, too', async () => {
    const path = join(folder, 'log')
    await writeFile(path, 'frames')
    const log = new LogSync(path)
    const told = Promise.allSettled([log.sync(), log.sync()])
    await rest()
    expect([held.length, log.isRunning]).toEqual([1, true])
    held.shift()!(Object.assign(new Error('EIO'), { code: 'EIO' }))
    expect((await told).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect([held.length, log.isRunning]).toEqual([0, false])
    log.close()
  })
})
