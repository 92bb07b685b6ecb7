import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../../../../test/support/database.ts'
import { newMember } from '../../../../../test/support/member.ts'
import { openDb } from '../../db/index.ts'
import type { Db } from '../../ports/db/index.ts'
import type { SignIn } from '../../ports/sign-in.ts'
import { createSignIn } from './index.ts'

const day = 86_400_000
const password = 'correct horse'

signInSuite('sqlite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'thole-sign-in-'))
  return { url: join(folder, 'thole.db'), drop: () => rm(folder, { recursive: true }) }
})
signInSuite('postgres', testDatabase)

function signInSuite(name: string, newDatabase: () => Promise<{ url: string; drop(): Promise<void> }>): void {
  describe(`sign-in on ${name}`, () => {
    let database: Awaited<ReturnType<typeof newDatabase>>
    let db: Db
    let signIn: SignIn
    let now = 1_700_000_000_000
    const clock = { now: () => now }
    const open = (secure = false) => createSignIn({ db, clock, secure, home: () => 'http://127.0.0.1:3000', instanceName: async () => 'Harbour', asksForTwo: async () => false, addressOf: (headers) => headers.get('x-test-address') ?? undefined })
    const newEmail = () => `${crypto.randomUUID()}@example.org`
    const create = (email: string, word = password) => newMember(db, signIn, { email, password: word, madeBy: 'operator' })
    const anyMember = () => create(newEmail())
    const memberOf = async (headers: Headers) => (await signIn.sessions.of(headers))?.member
    const withCookie = (cookies: string[]) => new Headers({ cookie: `a=b; ${cookies.map((cookie) => cookie.split(';')[0]).join('; ')}; c=d` })
    const from = (address: string) => new Headers({ 'x-test-address': address })

    beforeAll(async () => {
      database = await newDatabase()
      db = await openDb({ url: database.url })
      await db.migrate()
      signIn = open()
    })
    afterAll(async () => {
      await db.close()
      await database.drop()
    })

    it('makes a member once, by whatever case of the e-mail', async () => {
      const email = newEmail()
      expect(await signIn.members.byEmail(email)).toBeUndefined()
      const member = await create(` ${email.toUpperCase()} `)
      expect(member.email).toBe(email)
      expect(await signIn.members.byEmail(` ${email}`)).toEqual(member)
      await expect(create(email)).rejects.toMatchObject({ code: 'CONFLICT' })
      await expect(create('no address')).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
      await expect(create(newEmail(), 'short')).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
      await expect(create(newEmail(), 'x'.repeat(257))).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    })

    it('stores neither the password nor the session id', async () => {
      const { email } = await anyMember()
      const { cookies } = await signIn.passwords.enter(email, password, new Headers())
      const id = cookies[0]!.split(/[=;]/)[1]!
      const row = (await db.read((r) => r.members.byEmail(email)))!
      expect(row.password).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
      expect(row.password).not.toContain(password)
      expect(await db.read((r) => r.members.session(id))).toBeUndefined()
    })

    it('answers a wrong password and an unknown e-mail alike', async () => {
      const { email } = await anyMember()
      const told = async (address: string, word: string) => signIn.passwords.enter(address, word, new Headers()).then(() => 'signed in', ({ code, message }: { code: string; message: string }) => `${code} ${message}`)
      const wrong = await told(email, `${password}!`)
      expect(wrong).toMatch(/^UNAUTHENTICATED/)
      expect(await told(newEmail(), password)).toBe(wrong)
      expect(await told(email, '')).toBe(wrong)
      expect(await told(email, 'x'.repeat(100_000))).toBe(wrong)
    })

    it('tells admins of a wrong password, whether anybody has the e-mail or not', async () => {
      const emails = [(await anyMember()).email, newEmail()]
      for (const email of emails) await signIn.passwords.enter(email, 'wrong one', from('192.0.2.77')).catch(() => {})
      const told = await db.read((r) => r.events.list({ accountId: null, kinds: ['member.sign-in-refused'] }, 2))
      expect(told.map(({ data }) => data)).toEqual(emails.toReversed().map((email) => ({ email, reason: 'from 192.0.2.77' })))
    })

    it('knows the member by the cookie, under every host name and after a restart', async () => {
      const member = await anyMember()
      const { cookies, member: told } = await signIn.passwords.enter(member.email.toUpperCase(), password, new Headers({ host: 'localhost:3000', origin: 'http://localhost:3000' }))
      expect(told).toEqual(member)
      expect(await memberOf(withCookie(cookies))).toEqual(member)
      await db.close()
      db = await openDb({ url: database.url })
      signIn = open()
      const headers = withCookie(cookies)
      headers.set('host', 'thole.example.org')
      expect(await memberOf(headers)).toEqual(member)
      expect(await memberOf(new Headers())).toBeUndefined()
      expect(await memberOf(new Headers({ cookie: `thole.session=${'A'.repeat(43)}` }))).toBeUndefined()
    })

    it('ends a session at sign-out, and no other', async () => {
      const member = await anyMember()
      const [one, two] = [await signIn.passwords.enter(member.email, password, new Headers()), await signIn.passwords.enter(member.email, password, new Headers())]
      const cleared = await signIn.sessions.end(withCookie(one.cookies))
      expect(cleared).toEqual(['thole.session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0'])
      expect(await memberOf(withCookie(one.cookies))).toBeUndefined()
      expect(await memberOf(withCookie(two.cookies))).toEqual(member)
    })

    it('replaces the session that the browser had', async () => {
      const { email } = await anyMember()
      const old = await signIn.passwords.enter(email, password, new Headers())
      const fresh = await signIn.passwords.enter(email, password, withCookie(old.cookies))
      expect(await memberOf(withCookie(old.cookies))).toBeUndefined()
      expect(await memberOf(withCookie(fresh.cookies))).toBeDefined()
    })

    it('knows nobody where sessions of two members came, or more cookies than a browser has of us: a page on another host name planted them', async () => {
      const [mine, theirs] = [await anyMember(), await anyMember()]
      const enter = async ({ email }: { email: string }) => (await signIn.passwords.enter(email, password, new Headers())).cookies
      const [own, planted] = [await enter(mine), await enter(theirs)]
      expect(await memberOf(withCookie([...planted, ...own]))).toBeUndefined()
      expect(await memberOf(withCookie([...own, ...planted]))).toBeUndefined()
      expect(await memberOf(withCookie([...planted, ...planted, ...planted, ...planted, ...own]))).toBeUndefined()
      expect(await memberOf(withCookie([`thole.session=${'A'.repeat(43)}`, ...own]))).toEqual(mine)
      // Whoever signs in anew ends them.
      const fresh = await signIn.passwords.enter(mine.email, password, withCookie([...planted, ...own]))
      expect(await memberOf(withCookie([...planted, ...fresh.cookies]))).toEqual(mine)
    })

    it('sets host-only cookies, and with https secure ones', async () => {
      const { email } = await anyMember()
      const plain = (await signIn.passwords.enter(email, password, new Headers())).cookies[0]
      expect(plain).toMatch(/^thole\.session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=604800$/)
      const secure = (await open(true).passwords.enter(email, password, new Headers())).cookies[0]
      expect(secure).toMatch(/^__Host-thole\.session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=604800$/)
    })

    it('ends sessions that were not used for three days, or began seven days ago', async () => {
      const { email } = await anyMember()
      const idle = withCookie((await signIn.passwords.enter(email, password, new Headers())).cookies)
      now += 3 * day
      expect(await memberOf(idle)).toBeUndefined()
      const used = withCookie((await signIn.passwords.enter(email, password, new Headers())).cookies)
      for (const days of [2, 2, 2]) {
        now += days * day
        expect(await memberOf(used)).toBeDefined()
      }
      now += day
      expect(await memberOf(used)).toBeUndefined()
    })

    it('stores the password anew where its parameters are outdated', async () => {
      const { id, email } = await anyMember()
      // "correct horse" with 8 MiB and one pass.
      const { argon2Sync } = await import('node:crypto')
      const nonce = Buffer.alloc(16, 7)
      const tag = argon2Sync('argon2id', { message: password, nonce, parallelism: 1, memory: 8192, passes: 1, tagLength: 32 })
      const bare = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replaceAll('=', '')
      await db.write((w) => w.members.setPassword(id, `$argon2id$v=19$m=8192,t=1,p=1$${bare(nonce)}$${bare(tag)}`))
      await signIn.passwords.enter(email, password, new Headers())
      expect((await db.read((r) => r.members.byEmail(email)))?.password).toContain('m=19456,t=2')
      await signIn.passwords.enter(email, password, new Headers())
    })

    it('stops guessing at one member after five wrong tries, for a minute and for this address', async () => {
      const { email } = await anyMember()
      const guess = (headers: Headers, word = 'wrong one') => signIn.passwords.enter(email, word, headers)
      for (let i = 0; i < 8; i++) await guess(from('10.0.0.1'), password)
      for (let i = 0; i < 5; i++) await expect(guess(from('10.0.0.1'))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
      await expect(guess(from('10.0.0.1'), password)).rejects.toMatchObject({ code: 'RATE_LIMITED', data: { seconds: 60 } })
      await guess(from('10.0.0.2'), password)
      now += 60_000
      await guess(from('10.0.0.1'), password)
    })

    it('stops an address that goes through many members, and counts by e-mail where it knows no address', async () => {
      const rushed = await Promise.allSettled(Array.from({ length: 40 }, () => signIn.passwords.enter(newEmail(), password, from('10.0.0.3'))))
      const codes = rushed.map((end) => (end.status === 'rejected' ? (end.reason as { code: string }).code : 'signed in'))
      expect(codes.filter((code) => code === 'UNAUTHENTICATED')).toHaveLength(30)
      expect(codes.filter((code) => code === 'RATE_LIMITED')).toHaveLength(10)
      const email = newEmail()
      for (let i = 0; i < 5; i++) await expect(signIn.passwords.enter(email, password, new Headers())).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
      await expect(signIn.passwords.enter(email, password, new Headers())).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    })
  })
}
