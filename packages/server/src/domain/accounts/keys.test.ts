import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDb } from '../../db/index.ts'
import { fault } from '../../kernel/faults.ts'
import { defaultScopes, scopes } from '../../kernel/scopes.ts'
import type { Account, Db } from '../../ports/db/index.ts'
import { openTokens } from '../../services/tokens/index.ts'
import type { Principal } from '../access/index.ts'
import { createKeys, type Keys } from './keys.ts'

describe('a key', () => {
  const account: Account = { id: 'a', email: 'a@example.org', role: 'user', created: 1, suspended: false }
  const owner: Principal = { account, scopes: new Set(scopes), role: 'owner', member: { id: 'm', email: 'a@example.org' } }
  const unknown = expect.objectContaining({ code: 'UNAUTHENTICATED' })
  let folder: string
  let db: Db
  let now: number
  let keys: Keys

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'thole-keys-'))
    db = await openDb({ url: join(folder, 'thole.db') })
    await db.migrate()
    await db.write(async (w) => {
      await w.accounts.insert(account)
      await w.members.insert({ ...owner.member!, madeBy: 'invitation', created: 1 })
      await w.memberships.set({ accountId: account.id, memberId: owner.member!.id, role: 'owner', created: 1 })
    })
    now = 1_000_000
    keys = await open()
  })
  afterEach(async () => {
    await keys.close()
    await db.close()
    await rm(folder, { recursive: true })
  })

  const open = async (on = db) => createKeys({ db: on, tokens: await openTokens(db), clock: { now: () => now } })
  const audit = async () => (await db.read((r) => r.events.list({ accountId: account.id }, 10))).map(({ kind, actor, data }) => [kind, actor.kind, data.name])

  it('says whose it is and what it may do', async () => {
    const { id, token } = await keys.create(account, { name: 'k', scopes: ['pins:read'] })
    for (let i = 0; i < 2; i++) expect(await keys.authenticate(token)).toEqual({ account, scopes: new Set(['pins:read']), keyId: id, keyName: 'k' })
    for (const other of [`${token}x`, token.slice(0, -1), 'no token', 'a'.repeat(5000)]) await expect(keys.authenticate(other)).rejects.toEqual(unknown)
  })

  it('that somebody else signed with the claims of one is refused', async () => {
    const { token } = await keys.create(account, { name: 'k' })
    const [head, body] = token.split('.')
    await expect(keys.authenticate(`${head}.${body}.${'A'.repeat(86)}`)).rejects.toEqual(unknown)
    await expect(keys.authenticate(`${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`)).rejects.toEqual(unknown)
    expect((await keys.authenticate(token)).account).toEqual(account)
  })

  it('names scopes by service groups, and tells both to those who verify it', async () => {
    const { token, ...key } = await keys.create(account, { name: 'k', groups: ['pinning'], scopes: ['upload'], expires: now + 90_000 })
    expect(key.scopes).toEqual(['upload', 'pins:read', 'pins:write'])
    expect(decodeJwt(token)).toEqual({ iss: 'thole', sub: 'a', jti: key.id, iat: 1000, exp: 1090, scope: 'upload pins:read pins:write', groups: ['pinning', 'upload'] })
    expect((await keys.create(account, { name: 'all' })).scopes).toEqual(defaultScopes)
    await expect(keys.create(account, { name: 'k', groups: ['everything'] })).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    await expect(keys.create(account, { name: 'k', expires: now })).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    await expect(keys.create(account, { name: ' ' })).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
  })

  it('ends at its end, though it was shown a moment ago', async () => {
    const { token } = await keys.create(account, { name: 'k', expires: now + 100 })
    expect((await keys.authenticate(token)).expires).toBe(now + 100)
    now += 100
    await expect(keys.authenticate(token)).rejects.toEqual(unknown)
  })

  it('makes no key that may more or lasts longer', async () => {
    const maker = await keys.authenticate((await keys.create(account, { name: 'maker', scopes: ['account', 'upload'], expires: now + 1000 })).token)
    await expect(keys.createBy(maker, { name: 'k', groups: ['pinning'] })).rejects.toMatchObject({ code: 'SCOPE_MISSING' })
    await expect(keys.createBy(maker, { name: 'k' })).rejects.toMatchObject({ code: 'SCOPE_MISSING' })
    await expect(keys.createBy(maker, { name: 'k', scopes: ['upload'], expires: now + 1001 })).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    expect((await keys.createBy(maker, { name: 'k', scopes: ['upload'] })).expires).toBe(now + 1000)
    expect((await keys.createBy(maker, { name: 'k', scopes: ['upload'], expires: now + 10 })).expires).toBe(now + 10)
    const helpless = await keys.authenticate((await keys.create(account, { name: 'helpless', scopes: ['upload'] })).token)
    await expect(keys.createBy(helpless, { name: 'k', scopes: ['upload'] })).rejects.toMatchObject({ code: 'SCOPE_MISSING' })
    await expect(keys.list(helpless, { limit: 1 })).rejects.toMatchObject({ code: 'SCOPE_MISSING' })
  })

  it('is told in the audit when it is made and when it is revoked, by whom', async () => {
    const { id } = await keys.createBy(owner, { name: 'mine' })
    await keys.create(account, { name: 'operator’s' })
    await keys.revoke(owner, id)
    await expect(keys.revoke(owner, id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await audit()).toEqual([['key.revoked', 'member', 'mine'], ['key.created', 'system', 'operator’s'], ['key.created', 'member', 'mine']])
  })

  it('is listed a page at a time, and revoked by nobody else', async () => {
    for (let i = 0; i < 3; i++, now++) await keys.create(account, { name: `${i}` })
    const { count, keys: [newest] } = await keys.list(owner, { limit: 1 })
    expect([count, newest?.name]).toEqual([3, '2'])
    expect((await keys.list(owner, { limit: 5, after: newest!.id })).keys.map(({ name }) => name)).toEqual(['1', '0'])
    const stranger: Principal = { account: { ...account, id: 'b' }, scopes: new Set(scopes) }
    await expect(keys.revoke(stranger, newest!.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await keys.revokeAny(newest!.id)
    expect((await keys.list(owner, { limit: 5 })).count).toBe(2)
  })

  it('ends with the revocation, though it was shown a moment ago, and though it is being looked up', async () => {
    const { id, token } = await keys.create(account, { name: 'k' })
    await keys.authenticate(token)
    now += 5_000
    const underWay = keys.authenticate(token)
    await keys.revoke(owner, id)
    await underWay.catch(() => {})
    await expect(keys.authenticate(token)).rejects.toEqual(unknown)
  })

  it('that another process revoked ends within a second', async () => {
    const { id, token } = await keys.create(account, { name: 'k' })
    await keys.authenticate(token)
    await (await open()).revoke(owner, id)
    now += 1_000
    await expect(keys.authenticate(token)).rejects.toEqual(unknown)
  })

  it('is believed for five seconds where the database is away, and then nobody is told that it is wrong', async () => {
    let isAway = false
    const asked = await open({ ...db, read: (fn) => (isAway ? Promise.reject(fault('UPSTREAM_FAILED', { reason: 'away' })) : db.read(fn)) })
    const [known, fresh] = [await asked.create(account, { name: 'known' }), await asked.create(account, { name: 'fresh' })]
    await asked.authenticate(known.token)
    isAway = true
    now += 4_999
    expect((await asked.authenticate(known.token)).keyName).toBe('known')
    await expect(asked.authenticate(fresh.token)).rejects.toMatchObject({ code: 'UNAVAILABLE', status: 503 })
    now += 1
    await expect(asked.authenticate(known.token)).rejects.toMatchObject({ code: 'UNAVAILABLE', status: 503 })
    isAway = false
    expect((await asked.authenticate(known.token)).keyName).toBe('known')
  })

  it('is looked up in one statement, once for all who show it meanwhile', async () => {
    let reads = 0
    const asked = await open({ ...db, read: (fn) => (reads++, db.read(fn)), write: () => Promise.reject(new Error('no key check writes')) })
    const { token } = await keys.create(account, { name: 'k' })
    await Promise.all(Array.from({ length: 20 }, () => asked.authenticate(token)))
    expect(reads).toBe(1)
    await asked.authenticate(token)
    expect(reads).toBe(1)
  })

  it('tells when it was used last, to the minute, without anybody waiting for it', async () => {
    const { token } = await keys.create(account, { name: 'k' })
    await keys.authenticate(token)
    await keys.close()
    const lastUsed = async () => (await keys.list(owner, { limit: 1 })).keys[0]?.lastUsed
    expect(await lastUsed()).toBe(1_000_000)
    now += 60_000
    await keys.authenticate(token)
    await keys.close()
    expect(await lastUsed()).toBe(1_000_000)
    now += 1_001
    await keys.authenticate(token)
    await keys.close()
    expect(await lastUsed()).toBe(now)
  })
})
