import { TOTP } from 'otpauth'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { testDatabase } from '../../../../../test/support/database.ts'
import { newMember } from '../../../../../test/support/member.ts'
import { openDb } from '../../db/index.ts'
import type { Db } from '../../ports/db/index.ts'
import type { Mailing, SignInMailing } from '../../ports/post.ts'
import type { SignedIn, SignIn } from '../../ports/sign-in.ts'
import { createSignIn } from './index.ts'

const now = 1_700_000_000_000
const [password, other] = ['a sentence that nobody guesses', 'another sentence that nobody guesses'] as const
const mailings: Mailing[] = []
let database: Awaited<ReturnType<typeof testDatabase>>
let db: Db
let signIn: SignIn
let claims = 0

beforeAll(async () => {
  database = await testDatabase()
  db = await openDb({ url: database.url })
  await db.migrate()
  const post = { put: async (_w: unknown, mailing: Mailing) => void mailings.push(mailing) }
  signIn = createSignIn({ db, clock: { now: () => now }, secure: false, home: () => 'http://thole.test', instanceName: async () => 'Harbour', asksForTwo: async () => false, post, onClaim: () => claims++ })
})
afterAll(async () => {
  await db.close()
  await database.drop()
})

const ended = { code: 'UNAUTHENTICATED' }
const withCookie = ([cookie = '']: readonly string[]) => new Headers({ cookie: cookie.split(';')[0]! })
const memberOf = (email: string) => db.read((r) => r.members.byEmail(email))
const foreigner = { provider: 'elsewhere', email: 'squatter@example.org' }

/** Somebody whose e-mail is another's, who is signed in. */
async function squat(email: string): Promise<SignedIn> {
  await newMember(db, signIn, { email, password, madeBy: 'invitation' })
  const { cookies } = await signIn.passwords.enter(email, password, new Headers())
  return (await signIn.sessions.of(withCookie(cookies)))!
}

/** A letter is read. */
async function claim(email: string): Promise<void> {
  await signIn.links.send(email, new Headers())
  const { text } = (await signIn.letters.write(mailings.findLast((one) => one.to === email) as SignInMailing))!
  await signIn.links.enter(/#token=(\S+)/.exec(text)![1]!, new Headers())
}

it('nobody comes in, or gets a password, with one that was on its way when the e-mail was proved', async () => {
  const email = 'on-its-way@example.org'
  const who = await squat(email)
  const tries = [signIn.passwords.enter(email, password, new Headers()), signIn.passwords.change(who, { current: password, password: other }, new Headers())]
  // Whichever comes first: what came before is ended, what comes after is refused.
  await Promise.all([Promise.allSettled(tries), claim(email)])
  const member = (await memberOf(email))!
  expect(member.password).toBeUndefined()
  expect(await db.read((r) => r.members.sessions(member.id))).toHaveLength(1)
})

it('nobody comes in with an old password that was on its way when it was changed', async () => {
  const email = 'changed@example.org'
  const who = await squat(email)
  const changing = signIn.passwords.change(who, { current: password, password: other }, new Headers())
  const thieves = await Promise.allSettled(Array.from({ length: 4 }, () => signIn.passwords.enter(email, password, new Headers())))
  await changing
  await Promise.all(thieves.map(async (one) => one.status === 'fulfilled' && expect(await signIn.sessions.of(withCookie(one.value.cookies))).toBeUndefined()))
  expect(await db.read((r) => r.members.sessions(who.member.id))).toHaveLength(1)
})

it('a session that has ended sets nothing up, though somebody still remembers it', async () => {
  const email = 'remembered@example.org'
  const who = await squat(email)
  await claim(email)
  const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
  await expect(signIn.codes.confirm(who, secret, new TOTP({ secret }).generate({ timestamp: now }), new Headers())).rejects.toMatchObject(ended)
  await expect(signIn.providers.link(who, { ...foreigner, subject: email })).rejects.toMatchObject(ended)
  await expect(signIn.passwords.change(who, { password: other }, new Headers())).rejects.toMatchObject(ended)
  await expect(signIn.codes.renewRecoveryCodes(who)).rejects.toMatchObject(ended)
  expect(await memberOf(email)).not.toHaveProperty('totp')
  expect(await db.read((r) => r.identities.ofMember(who.member.id))).toEqual([])
})

it('a link that is none, and the end of a session that is none, make nobody forget anything', async () => {
  const before = claims
  await expect(signIn.links.enter('nothing', new Headers())).rejects.toMatchObject(ended)
  expect(claims).toBe(before)
  const commits = db.commits
  expect(await signIn.sessions.end(new Headers({ cookie: `thole.session=${'x'.repeat(43)}` }))).toHaveLength(1)
  expect(db.commits).toBe(commits)
})
