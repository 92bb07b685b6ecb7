import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDb } from '../../db/index.ts'
import { scopes } from '../../kernel/scopes.ts'
import type { Account, Db } from '../../ports/db/index.ts'
import type { Mailing } from '../../ports/post.ts'
import { createAccessRequests, createPinningGate, type AccessRequests, type PinningGate, type Principal } from './index.ts'

let folder: string
let db: Db
let now: number
let gate: PinningGate
let access: AccessRequests
let letters: Mailing[]
let grants: number

const account: Account = { id: 'a', email: 'a@example.org', role: 'user', created: 1, suspended: false }
const who: Principal = { account, scopes: new Set(scopes.filter((scope) => scope !== 'admin')), member: { id: 'm', email: 'a@example.org' }, role: 'owner' }
const admin: Principal = { account: { ...account, id: 'admin', email: 'admin@example.org', role: 'admin' }, scopes: new Set(scopes) }
const clock = { now: () => now }
const askAt = () => 'https://pins.example.org/keys'
const refused = expect.objectContaining({ code: 'PINNING_UNAUTHORIZED', status: 403, message: expect.stringMatching(/https:\/\/pins\.example\.org\/keys.*“Request API Pinning Access”/) })

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thole-access-'))
  db = await openDb({ url: join(folder, 'thole.db') })
  await db.migrate()
  await db.write(async (w) => {
    for (const one of [account, admin.account]) await w.accounts.insert(one)
  })
  now = 1_000_000
  gate = createPinningGate({ db, clock, askAt })
  letters = []
  grants = 0
  access = createAccessRequests({ db, clock, gate, onGrant: () => grants++, askAt, post: { put: async (_w, mailing) => void letters.push(mailing) } })
})
afterEach(async () => {
  await db.close()
  await rm(folder, { recursive: true })
})

/** As the next request of the account finds it. */
const again = async (): Promise<Principal> => ({ ...who, account: (await db.read((r) => r.accounts.byId(account.id)))! })
const audit = async () => (await db.read((r) => r.events.list({ audit: true }, 20))).map(({ kind, accountId, actor }) => [kind, accountId, actor.name])

test('a server is open to all until an admin closes it, and open again when one says so', async () => {
  await gate.demand(who)
  expect(await access.standing(who)).toEqual({ closed: false, allowed: true, request: undefined })
  await expect(access.setClosed(who, true)).rejects.toMatchObject({ code: 'ROLE_MISSING' })
  await access.setClosed(admin, true)
  await access.setClosed(admin, true)
  await expect(gate.demand(who)).rejects.toEqual(refused)
  await gate.demand(admin)
  expect(await access.standing(who)).toMatchObject({ closed: true, allowed: false })
  await access.setClosed(admin, false)
  await gate.demand(who)
  expect(await audit()).toEqual([['access.opened', undefined, 'admin@example.org'], ['access.closed', undefined, 'admin@example.org']])
})

test('another process closes within a second', async () => {
  const other = createPinningGate({ db, clock, askAt })
  await other.demand(who)
  await access.setClosed(admin, true)
  now += 1_000
  await expect(other.demand(who)).rejects.toEqual(refused)
})

test('all who pin ask the database once a second', async () => {
  let reads = 0
  const counting = createPinningGate({ db: { ...db, read: (fn) => (reads++, db.read(fn)) }, clock, askAt })
  for (let i = 0; i < 100; i++) await Promise.all([counting.demand(who), counting.demand(who)])
  expect(reads).toBe(1)
})

test('who asks is let in, and told so on the dashboard and by mail', async () => {
  await access.setClosed(admin, true)
  const wish = { purpose: ' Moving from Pinata\0 ', amount: '2 TiB', link: 'https://example.org/project' }
  const { id } = await access.ask(who, wish)
  expect((await access.list(admin, { state: 'open', limit: 5 })).requests).toMatchObject([{ id, email: 'a@example.org', askedBy: 'a@example.org', purpose: 'Moving from Pinata', amount: '2 TiB', link: 'https://example.org/project' }])
  await expect(access.ask(who, wish)).rejects.toMatchObject({ code: 'CONFLICT' })
  await access.decide(admin, id, { approve: true, message: 'Welcome' })
  expect(grants).toBe(1)
  await gate.demand(await again())
  expect(await access.standing(who)).toMatchObject({ allowed: true, request: { state: 'approved', message: 'Welcome', seen: false } })
  await access.see(who)
  expect((await access.standing(who)).request?.seen).toBe(true)
  expect(letters).toMatchObject([{ to: 'a@example.org', subject: 'You have access to the pinning API', text: expect.stringContaining('Welcome') }])
  expect((await audit()).slice(0, 2)).toEqual([['access.approved', 'a', 'admin@example.org'], ['access.requested', 'a', 'a@example.org']])
  await expect(access.ask(who, wish)).rejects.toMatchObject({ code: 'CONFLICT' })
})

test('who is declined may ask again, and what was granted can be taken back', async () => {
  await access.setClosed(admin, true)
  const first = await access.ask(who, { purpose: 'p' })
  await access.decide(admin, first.id, { approve: false, message: '' })
  await expect(gate.demand(await again())).rejects.toEqual(refused)
  now++
  const second = await access.ask(who, { purpose: 'p again' })
  await access.decide(admin, second.id, { approve: true, message: '' })
  await gate.demand(await again())
  await access.decide(admin, second.id, { approve: false, message: 'over' })
  await expect(gate.demand(await again())).rejects.toEqual(refused)
  expect((await access.list(admin, { state: 'declined', limit: 1 })).count).toBe(2)
  expect((await access.list(admin, { state: 'declined', limit: 5, after: second.id })).requests.map(({ id }) => id)).toEqual([first.id])
})

test('what a form must not say', async () => {
  for (const wish of [{ purpose: ' ' }, { purpose: 'p'.repeat(4_001) }, { purpose: 'p', link: 'javascript:alert(1)' }, { purpose: 'p', amount: 'a'.repeat(201) }]) {
    await expect(access.ask(who, wish)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
  }
  await expect(access.decide(who, 'x', { approve: true, message: '' })).rejects.toMatchObject({ code: 'ROLE_MISSING' })
  await expect(access.list(who, { state: 'open', limit: 1 })).rejects.toMatchObject({ code: 'ROLE_MISSING' })
  await expect(access.decide(admin, 'x', { approve: true, message: '' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
})
