import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDb } from '../db/index.ts'
import type { Db, Job } from '../ports/db/index.ts'
import type { Log } from '../ports/log.ts'
import { createQueue, type JobEnd, type JobHandler, type Queue } from './queue.ts'

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} }
const clock = { now: () => Date.now() }
let folder: string
let db: Db
const queues: Queue[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thole-queue-'))
  db = await openDb({ url: join(folder, 'db.sqlite') })
  await db.migrate()
})
afterEach(async () => {
  for (const queue of queues.splice(0)) await queue.close()
  await db.close()
  await rm(folder, { recursive: true, force: true })
})

function launch(handler: JobHandler, { alone = false, turnMs }: { alone?: boolean; turnMs?: number } = {}): Queue {
  const queue = createQueue({ db, clock, log: quiet, alone, turnMs, handlers: [handler] })
  queues.push(queue)
  queue.start()
  return queue
}
const start = (run: (job: Job, signal: AbortSignal) => Promise<JobEnd>, alone = false) => launch({ kind: 'work', concurrency: 2, run }, { alone })
const enqueue = (key: string) => db.write((w) => w.jobs.enqueue({ kind: 'work', key, runAt: Date.now() }))
const until = async (isSo: () => boolean | Promise<boolean>) => {
  for (const end = Date.now() + 8000; !(await isSo()); await new Promise((resolve) => setTimeout(resolve, 10))) if (Date.now() > end) throw new Error('it never was so')
}
const left = async () => Object.values(await db.read((r) => r.jobs.count())).reduce((sum, n) => sum + n, 0)

test('runs what is enqueued, each key once, at most so many at once', async () => {
  const ran: string[] = []
  let now = 0
  let most = 0
  start(async ({ key }) => {
    most = Math.max(most, ++now)
    await new Promise((resolve) => setTimeout(resolve, 20))
    now--
    ran.push(key)
    return { done: true }
  })
  await Promise.all(['a', 'b', 'c', 'a', 'd', 'b'].map(enqueue))
  await until(async () => (await left()) === 0)
  expect(new Set(ran)).toEqual(new Set(['a', 'b', 'c', 'd']))
  expect(most).toBe(2)
})

test('a job that throws, or asks for it, is run again', async () => {
  const attempts: number[] = []
  start(async ({ attempts: nth }) => {
    attempts.push(nth)
    if (nth === 1) return { done: false, runAt: Date.now(), reason: 'not yet' }
    if (nth === 2) throw new Error('a passing fault')
    return { done: true }
  })
  await enqueue('k')
  await until(async () => (await left()) === 0)
  expect(attempts).toEqual([1, 2, 3])
})

test('closing stops what runs and gives it back at once, without counting it', async () => {
  const first = start(async (_job, signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    throw signal.reason
  })
  await enqueue('long')
  await until(async () => (await db.read((r) => r.jobs.count())).leased === 1)
  await first.close()
  expect(await db.read((r) => r.jobs.byKey('work', 'long'))).toMatchObject({ attempts: 0 })
  let finished = false
  start(async () => {
    finished = true
    return { done: true }
  })
  await until(() => finished)
})

test('what a killed process held is taken up at once by the one that is alone', async () => {
  await enqueue('orphan')
  await db.write((w) => w.jobs.claim({ kinds: ['work'], owner: 'killed', now: Date.now(), until: Date.now() + 60_000, limit: 1 }))
  let ran = false
  start(async () => {
    ran = true
    return { done: true }
  }, true)
  await until(() => ran)
})

test('a job whose process ends again and again is buried, and those who wait are told', async () => {
  await enqueue('poison')
  for (let i = 0; i < 5; i++) {
    await db.write((w) => w.jobs.claim({ kinds: ['work'], owner: `killed ${i}`, now: Date.now(), until: Date.now() + 60_000, limit: 1 }))
    await db.write((w) => w.jobs.releaseAll(Date.now()))
  }
  const told: string[] = []
  const ran: string[] = []
  const handler: JobHandler = {
    kind: 'work',
    concurrency: 2,
    run: ({ key }) => Promise.resolve(void ran.push(key)).then(() => ({ done: true })),
    bury: ({ key, deaths }) => Promise.resolve(void told.push(`${key} ${deaths}`)),
  }
  launch(handler)
  await enqueue('well')
  await until(async () => (await db.read((r) => r.jobs.count())).dead === 1 && (await left()) === 1)
  expect([told, ran]).toEqual([['poison 5'], ['well']])
  await enqueue('poison')
  await until(async () => (await left()) === 0)
  expect(ran).toEqual(['well', 'poison'])
})

test('jobs that were under way when a process ended run one at a time', async () => {
  for (const key of ['a', 'b', 'c']) await enqueue(key)
  for (let i = 0; i < 2; i++) {
    await db.write((w) => w.jobs.claim({ kinds: ['work'], owner: `killed ${i}`, now: Date.now(), until: Date.now() + 60_000, limit: 3 }))
    await db.write((w) => w.jobs.releaseAll(Date.now()))
  }
  let now = 0
  let most = 0
  start(async () => {
    most = Math.max(most, ++now)
    await new Promise((resolve) => setTimeout(resolve, 20))
    now--
    return { done: true }
  })
  await until(async () => (await left()) === 0)
  expect(most).toBe(1)
})

test('a lease that its process does not renew is taken over', async () => {
  await enqueue('orphan')
  await db.write((w) => w.jobs.claim({ kinds: ['work'], owner: 'killed', now: Date.now(), until: Date.now() + 300, limit: 1 }))
  const started = Date.now()
  let ran = 0
  start(async () => {
    ran = Date.now() - started
    return { done: true }
  })
  await until(() => ran > 0)
  expect(ran).toBeLessThan(3_000)
})

test('a lane with very many jobs leaves slots for the next one, and gives way after its turn where there are none', async () => {
  const ask = (lane: string, key: string) => db.write((w) => w.jobs.enqueue({ kind: 'work', key, lane, runAt: Date.now() }))
  const running = new Set<string>()
  const ends = new Map<string, number>()
  const handler: JobHandler = {
    kind: 'work',
    concurrency: 4,
    byTurns: true,
    async run({ key }, signal) {
      if (key.startsWith('quick')) return { done: true }
      running.add(key)
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      running.delete(key)
      ends.set(key, (ends.get(key) ?? 0) + 1)
      throw signal.reason
    },
  }
  for (let i = 0; i < 50; i++) await ask('greedy', `long ${i}`)
  launch(handler, { turnMs: 200 })
  await until(() => running.size === 2)
  await ask('modest', 'quick 1')
  await until(async () => (await db.read((r) => r.jobs.byKey('work', 'quick 1'))) === undefined)
  for (const lane of ['b', 'c']) await ask(lane, `long of ${lane}`)
  await until(() => running.size === 4)
  await ask('late', 'quick 2')
  await until(async () => (await db.read((r) => r.jobs.byKey('work', 'quick 2'))) === undefined)
  expect([...ends.keys()].every((key) => /^long \d+$/.test(key))).toBe(true)
  expect(await db.read((r) => r.jobs.byKey('work', [...ends.keys()][0]!))).toMatchObject({ attempts: 0 })
})
