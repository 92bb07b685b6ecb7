import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../../../../test/support/database.ts'
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

function signInSuite(name: string, create: () => Promise<{ url: string; drop(): Promise<void> }>): void {
  describe(`sign-in on ${name}`, () => {
    let database: Awaited<ReturnType<typeof create>>
    let db: Db
    let signIn: SignIn
    let now = 1_700_000_000_000
    const clock = { now: () => now }
    const open = (baseUrl = 'http://127.0.0.1:3000') => createSignIn({ db, clock, baseUrl, addressOf: (headers) => headers.get('x-test-address') ?? undefined })
    const newEmail = () => `${crypto.randomUUID()}@example.org`
    const newMember = async () => signIn.createMember(newEmail(), password)
    const withCookie = (cookies: string[]) => new Headers({ cookie: `a=b; ${cookies.map((cookie) => cookie.split(';')[0]).join('; ')}; c=d` })
    const from = (address: string) => new Headers({ 'x-test-address': address })

    beforeAll(async () => {
      database = await create()
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
      expect(await signIn.hasMember(email)).toBe(false)
      const member = await signIn.createMember(` ${email.toUpperCase()} `, password)
      expect(member.email).toBe(email)
      expect(await signIn.hasMember(email)).toBe(true)
      await expect(signIn.createMember(email, password)).rejects.toMatchObject({ code: 'CONFLICT' })
      await expect(signIn.createMember('no address', password)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
      await expect(signIn.createMember(newEmail(), 'short')).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
      await expect(signIn.createMember(newEmail(), 'x'.repeat(257))).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    })

    it('stores neither the password nor the session id', async () => {
      const { email } = await newMember()
      const { cookies } = await signIn.signIn(email, password, new Headers())
      const id = cookies[0]!.split(/[=;]/)[1]!
      const row = (await db.read((r) => r.members.byEmail(email)))!
      expect(row.password).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
      expect(row.password).not.toContain(password)
      expect(await db.read((r) => r.members.session(id))).toBeUndefined()
    })

    it('answers a wrong password and an unknown e-mail alike', async () => {
      const { email } = await newMember()
      const told = async (address: string, word: string) => signIn.signIn(address, word, new Headers()).then(() => 'signed in', ({ code, message }: { code: string; message: string }) => `${code} ${message}`)
      const wrong = await told(email, `${password}!`)
      expect(wrong).toMatch(/^UNAUTHENTICATED/)
      expect(await told(newEmail(), password)).toBe(wrong)
      expect(await told(email, '')).toBe(wrong)
      expect(await told(email, 'x'.repeat(100_000))).toBe(wrong)
    })

    it('knows the member by the cookie, under every host name and after a restart', async () => {
      const member = await newMember()
      const { cookies, member: told } = await signIn.signIn(member.email.toUpperCase(), password, new Headers({ host: 'localhost:3000', origin: 'http://localhost:3000' }))
      expect(told).toEqual(member)
      expect(await signIn.session(withCookie(cookies))).toEqual(member)
      await db.close()
      db = await openDb({ url: database.url })
      signIn = open()
      const headers = withCookie(cookies)
      headers.set('host', 'thole.example.org')
      expect(await signIn.session(headers)).toEqual(member)
      expect(await signIn.session(new Headers())).toBeUndefined()
      expect(await signIn.session(new Headers({ cookie: `thole.session=${'A'.repeat(43)}` }))).toBeUndefined()
    })

    it('ends a session at sign-out, and no other', async () => {
      const member = await newMember()
      const [one, two] = [await signIn.signIn(member.email, password, new Headers()), await signIn.signIn(member.email, password, new Headers())]
      const cleared = await signIn.signOut(withCookie(one.cookies))
      expect(cleared).toEqual(['thole.session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0'])
      expect(await signIn.session(withCookie(one.cookies))).toBeUndefined()
      expect(await signIn.session(withCookie(two.cookies))).toEqual(member)
    })

    it('replaces the session that the browser had', async () => {
      const { email } = await newMember()
      const old = await signIn.signIn(email, password, new Headers())
      const fresh = await signIn.signIn(email, password, withCookie(old.cookies))
      expect(await signIn.session(withCookie(old.cookies))).toBeUndefined()
      expect(await signIn.session(withCookie(fresh.cookies))).toBeDefined()
    })

    it('sets host-only cookies, and with https secure ones', async () => {
      const { email } = await newMember()
      const plain = (await signIn.signIn(email, password, new Headers())).cookies[0]
      expect(plain).toMatch(/^thole\.session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=604800$/)
      const secure = (await open('https://thole.example.org').signIn(email, password, new Headers())).cookies[0]
      expect(secure).toMatch(/^__Host-thole\.session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=604800$/)
    })

    it('ends sessions that were not used for three days, or began seven days ago', async () => {
      const { email } = await newMember()
      const idle = withCookie((await signIn.signIn(email, password, new Headers())).cookies)
      now += 3 * day
      expect(await signIn.session(idle)).toBeUndefined()
      const used = withCookie((await signIn.signIn(email, password, new Headers())).cookies)
      for (const days of [2, 2, 2]) {
        now += days * day
        expect(await signIn.session(used)).toBeDefined()
      }
      now += day
      expect(await signIn.session(used)).toBeUndefined()
    })

    it('stores the password anew where its parameters are outdated', async () => {
      const { id, email } = await newMember()
      // "correct horse" with 8 MiB and one pass.
      const { argon2Sync } = await import('node:crypto')
      const nonce = Buffer.alloc(16, 7)
      const tag = argon2Sync('argon2id', { message: password, nonce, parallelism: 1, memory: 8192, passes: 1, tagLength: 32 })
      const bare = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replaceAll('=', '')
      await db.write((w) => w.members.setPassword(id, `$argon2id$v=19$m=8192,t=1,p=1$${bare(nonce)}$${bare(tag)}`))
      await signIn.signIn(email, password, new Headers())
      expect((await db.read((r) => r.members.byEmail(email)))?.password).toContain('m=19456,t=2')
      await signIn.signIn(email, password, new Headers())
    })

    it('stops guessing at one member after five wrong tries, for a minute and for this address', async () => {
      const { email } = await newMember()
      const guess = (headers: Headers, word = 'wrong one') => signIn.signIn(email, word, headers)
      for (let i = 0; i < 8; i++) await guess(from('10.0.0.1'), password)
      for (let i = 0; i < 5; i++) await expect(guess(from('10.0.0.1'))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
      await expect(guess(from('10.0.0.1'), password)).rejects.toMatchObject({ code: 'RATE_LIMITED', data: { seconds: 60 } })
      await guess(from('10.0.0.2'), password)
      now += 60_000
      await guess(from('10.0.0.1'), password)
    })

    it('stops an address that goes through many members, and counts by e-mail where it knows no address', async () => {
      const rushed = await Promise.allSettled(Array.from({ length: 40 }, () => signIn.signIn(newEmail(), password, from('10.0.0.3'))))
      const codes = rushed.map((end) => (end.status === 'rejected' ? (end.reason as { code: string }).code : 'signed in'))
      expect(codes.filter((code) => code === 'UNAUTHENTICATED')).toHaveLength(30)
      expect(codes.filter((code) => code === 'RATE_LIMITED')).toHaveLength(10)
      const email = newEmail()
      for (let i = 0; i < 5; i++) await expect(signIn.signIn(email, password, new Headers())).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
      await expect(signIn.signIn(email, password, new Headers())).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    })
  })
}
