import { afterEach, beforeEach, expect, it } from 'vitest'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDb } from '../../db/index.ts'
import type { Scope } from '../../kernel/scopes.ts'
import type { Account, Db, Note } from '../../ports/db/index.ts'
import type { Principal } from '../access/index.ts'
import { createEvents, type Events, type Live } from './index.ts'

let folder: string
let db: Db
let other: Db
let events: Events
let ada: Account
const key = { kind: 'key', id: 'k', name: 'laptop' } as const
const log = { debug() {}, info() {}, warn() {}, error() {} }
const clock = { now: () => 1_000 }

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thole-events-'))
  db = await openDb({ url: join(folder, 'thole.db') })
  other = await openDb({ url: join(folder, 'thole.db') })
  await db.migrate()
  ada = { id: 'ada', email: 'ada@example.org', role: 'user', created: 1, suspended: false }
  await db.write(async (w) => {
    await w.accounts.insert(ada)
    await w.accounts.insert({ ...ada, id: 'bob', email: 'bob@example.org' })
  })
  events = createEvents({ db, clock, log, ttl: 1e12 })
})

afterEach(async () => {
  await events.close()
  await db.close()
  await other.close()
  await rm(folder, { recursive: true })
})

const note = (change: Partial<Note>): Note => ({ accountId: 'ada', kind: 'pin.added', actor: key, at: 5, ...change })
const principal = (...scopes: Scope[]): Principal => ({ account: ada, scopes: new Set(scopes) })

it('tells of many as of one, and goes on from it', async () => {
  await db.write(async (w) => {
    for (let i = 0; i < 1200; i++) w.events.note(note({ at: i, sample: { cid: `cid${i}`, name: `${i}.jpg` } }))
    w.events.note(note({ kind: 'pin.removed', sample: { cid: 'cid' } }))
  })
  await events.close()
  const shown = async () => (await db.read((r) => r.events.list({ accountId: 'ada' }, 10))).map(({ kind, data }) => [kind, data])
  expect(await shown()).toEqual([
    ['pin.removed', { count: 1, samples: [{ cid: 'cid' }] }],
    ['pin.added', { count: 1200, since: 0, samples: [0, 1, 2].map((i) => ({ cid: `cid${i}`, name: `${i}.jpg` })) }],
  ])
})

it('says what happened in words, to those who may know', async () => {
  await db.write(async (w) => {
    w.events.note(note({ sample: { cid: 'cid', name: 'a.jpg' } }))
    w.events.note(note({ kind: 'upload.received', sample: { name: 'b' }, count: 2000 }))
    await w.events.insert({ accountId: 'ada', kind: 'key.created', actor: { kind: 'member', id: 'm', name: 'ada@example.org' }, at: 1, data: { name: 'ci' } })
    await w.events.insert({ kind: 'settings.changed', actor: { kind: 'system' }, at: 1, data: {} })
  })
  await events.close()
  const words = async (who: Principal, of: 'account' | 'instance' | 'all') => (await events.list(who, { of, limit: 10 })).map((event) => event.words)
  const own = ['The key “laptop” uploaded 2,000 files (“b” and others).', 'The key “laptop” asked for “a.jpg”.', 'ada@example.org made the key “ci”.']
  expect(await words(principal('account'), 'account')).toEqual(own)
  expect(await words(principal('admin'), 'instance')).toEqual(['The server changed the settings.'])
  expect(await words(principal('admin'), 'all')).toHaveLength(4)
  await expect(events.list(principal('account'), { of: 'all', limit: 1 })).rejects.toMatchObject({ code: 'SCOPE_MISSING' })
  await expect(events.list(principal('upload'), { of: 'account', limit: 1 })).rejects.toMatchObject({ code: 'SCOPE_MISSING' })
})

it('tells those who follow what happens, also by another process, each what it may know', async () => {
  const ended = new AbortController()
  const follow = async (who: Principal, after?: number) => (await events.follow(who, { after, signal: ended.signal }))[Symbol.asyncIterator]()
  const all = await follow(principal('account', 'pins:read', 'upload'))
  const pins = await follow(principal('pins:read'))
  await other.write((w) => w.events.insert({ accountId: 'bob', kind: 'key.created', actor: key, at: 1 }))
  await other.write((w) => w.events.insert({ accountId: 'ada', kind: 'key.created', actor: key, at: 1 }))
  expect(await kindOf(all)).toBe('key.created')
  await db.write(async (w) => w.events.note(note({})))
  expect(await kindOf(all)).toBe('pin.added')
  expect(await kindOf(pins)).toBe('pin.added')
  const missed = await follow(principal('account', 'pins:read'), 1)
  expect([await kindOf(missed), await kindOf(missed)]).toEqual(['key.created', 'pin.added'])
  ended.abort()
  for (const one of [all, pins, missed]) expect((await one.next()).done).toBe(true)
})

it('tells of fetches that came further to those who wait for them', async () => {
  const ended = new AbortController()
  const told = (await events.follow(principal('pins:read'), { signal: ended.signal }))[Symbol.asyncIterator]()
  await other.write(async (w) => {
    for (const [dag, accountId] of [['mine', 'ada'], ['other', 'bob']] as const) {
      await w.dags.lock(dag, 1)
      await w.pins.insert({ id: dag, accountId, cid: dag, dag, origins: [], status: 'pinning', created: 1, deadline: 9e12 })
      await w.fetches.put([{ dag, reason: 'r', blocks: 1, bytes: 1, missing: 1, attempts: [], tries: 1, updated: 2_000 }])
    }
  })
  expect((await told.next()).value).toEqual({ type: 'fetching', dags: ['mine'] })
  ended.abort()
})

it('lets so many follow, and one who is slow look anew', async () => {
  const few = createEvents({ db, clock, log, ttl: 1e12, live: { followers: 5, ofAccount: 1 } })
  const ended = new AbortController()
  const slow = (await few.follow(principal('account'), { signal: ended.signal }))[Symbol.asyncIterator]()
  await expect(few.follow(principal('account'), { signal: ended.signal })).rejects.toMatchObject({ code: 'RATE_LIMITED' })
  await db.write(async (w) => {
    for (let i = 0; i < 250; i++) await w.events.insert({ accountId: 'ada', kind: 'key.created', actor: key, at: 1 })
  })
  const first = (await slow.next()).value as Live
  expect(first).toEqual({ type: 'lost', id: 250 })
  ended.abort()
  await expect(few.follow(principal('account'), { signal: new AbortController().signal })).resolves.toBeDefined()
  await few.close()
})

async function kindOf(told: AsyncIterator<Live>): Promise<string | undefined> {
  const { value } = await told.next()
  return value?.type === 'event' ? value.event.kind : value?.type
}
