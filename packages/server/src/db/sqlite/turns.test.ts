import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openFiles, type Files } from './files.ts'
import { Turns } from './turns.ts'

describe('writers that share a commit', () => {
  let folder: string
  let files: Files
  let writer: DatabaseSync
  let turns: Turns

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'thole-turns-'))
    files = openFiles(join(folder, 'turns.db'))
    writer = files.writer.connection
    writer.exec('create table t (x integer primary key, y text)')
    turns = new Turns(writer, files.log)
  })
  afterEach(async () => {
    files.close()
    await rm(folder, { recursive: true })
  })

  const insert = (x: number, y = '') => writer.prepare('insert into t values (?, ?)').run(x, y)
  const stored = () => files.reader.connection.prepare('select x from t order by x').all().map(({ x }) => x)

  async function write(work: () => void): Promise<void> {
    await turns.begin()
    try {
      work()
    } catch (error) {
      turns.rollBack()
      throw error
    }
    await turns.commit()
  }

  /** Frames of the log that end a transaction (sqlite.org/fileformat2.html#walformat). */
  async function commits(): Promise<number> {
    const log = await readFile(join(folder, 'turns.db-wal'))
    const frameBytes = 24 + log.readUInt32BE(8)
    let found = 0
    for (let at = 32; at < log.length; at += frameBytes) if (log.readUInt32BE(at + 4) !== 0) found++
    return found
  }

  it('those who wait share one, up to 32', async () => {
    const before = await commits()
    await Promise.all(Array.from({ length: 64 }, (_, i) => write(() => insert(i))))
    expect(stored()).toHaveLength(64)
    expect(await commits()).toBe(before + 2)
  })

  it('those who come one after the other in one turn of the event loop share one, as do those who come while it is near', async () => {
    const before = await commits()
    const writing: Promise<void>[] = []
    const later = async () => {
      for (let i = 0; i < 20; i++) await undefined
      writing.push(write(() => insert(3)))
    }
    await new Promise((resolve) => setImmediate(resolve))
    const first = write(() => insert(1))
    writing.push(first, write(() => insert(2)))
    await later()
    await first
    await Promise.all(writing)
    expect(stored()).toEqual([1, 2, 3])
    expect(await commits()).toBe(before + 1)
  })

  it('is done when nobody waits, and seen by readers then', async () => {
    const first = write(() => insert(1))
    const second = write(() => insert(2)).then(stored)
    await first
    expect(await second).toEqual([1, 2])
    await write(() => insert(3))
    expect(stored()).toEqual([1, 2, 3])
  })

  it('one that fails takes nothing from the others', async () => {
    const wrong = new Error('wrong')
    const results = await Promise.allSettled(
      Array.from({ length: 9 }, (_, i) =>
        write(() => {
          insert(i)
          if (i % 3 === 2) throw wrong
        }),
      ),
    )
    expect(results.map(({ status }) => status === 'fulfilled')).toEqual([true, true, false, true, true, false, true, true, false])
    expect(stored()).toEqual([0, 1, 3, 4, 6, 7])
  })

  it('where all fail, nothing is left of them', async () => {
    const results = await Promise.allSettled([1, 2].map((x) => write(() => {
      insert(x)
      throw new Error('wrong')
    })))
    expect(results.every(({ status }) => status === 'rejected')).toBe(true)
    expect([stored(), writer.isTransaction]).toEqual([[], false])
  })

  it('on a full disk whoever was told of success has it, and nobody else', async () => {
    const { page_count: pages } = writer.prepare('pragma page_count').get()!
    writer.exec(`pragma max_page_count = ${Number(pages) + 10}`)
    const work = [() => insert(1), () => insert(2, 'x'.repeat(1_000_000)), () => insert(3)]
    const results = await Promise.allSettled(work.map(write))
    expect(stored()).toEqual([1, 2, 3].filter((_, i) => results[i]!.status === 'fulfilled'))
    expect(results[1]!.status).toBe('rejected')
    writer.exec('pragma max_page_count = 100000')
    await write(() => insert(4))
    expect(stored()).toContain(4)
  })

  it('a commit that fails is told to everybody in it', async () => {
    writer.exec('create table child (x integer references t deferrable initially deferred)')
    const results = await Promise.allSettled([write(() => insert(1)), write(() => void writer.exec('insert into child values (99)')), write(() => insert(2))])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect([stored(), writer.isTransaction]).toEqual([[], false])
    await write(() => insert(3))
    expect(stored()).toEqual([3])
  })

  it('one that cannot be undone alone takes the commit with it, and nobody waits for ever', async () => {
    const results = await Promise.allSettled([write(() => insert(1)), write(() => {
      insert(2)
      writer.exec('release turn')
      throw new Error('wrong')
    }), write(() => insert(3))])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
    expect([stored(), writer.isTransaction]).toEqual([[3], false])
  }, 3_000)
})
