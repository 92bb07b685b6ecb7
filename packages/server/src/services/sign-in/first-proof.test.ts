import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TOTP } from 'otpauth'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newMember } from '../../../../../test/support/member.ts'
import { openDb } from '../../db/index.ts'
import type { Db, MemberRow } from '../../ports/db/index.ts'
import type { Mailing, SignInMailing } from '../../ports/post.ts'
import type { SignIn } from '../../ports/sign-in.ts'
import { createSignIn } from './index.ts'

let folder: string
let db: Db
let signIn: SignIn
const mailings: Mailing[] = []
const now = 1_700_000_000_000
const password = 'a sentence that nobody guesses'

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thole-first-proof-'))
  db = await openDb({ url: join(folder, 'thole.db') })
  await db.migrate()
  const post = { put: async (_w: unknown, mailing: Mailing) => void mailings.push(mailing) }
  signIn = createSignIn({ db, clock: { now: () => now }, secure: false, home: () => 'http://thole.test', instanceName: async () => 'Harbour', asksForTwo: async () => false, post })
})
afterAll(async () => {
  await db.close()
  await rm(folder, { recursive: true })
})

const withCookie = (cookies: readonly string[]) => new Headers({ cookie: cookies.map((cookie) => cookie.split(';')[0]).join('; ') })
const tokenOf = async (to: string) => /#token=(\S+)/.exec((await signIn.letters.write(mailings.findLast((one) => one.to === to) as SignInMailing))!.text)![1]!

/** Somebody made a member with this e-mail, and set up ways in of their own. */
async function squat(email: string, madeBy: MemberRow['madeBy']) {
  const member = await newMember(db, signIn, { email, password, madeBy })
  const { cookies } = await signIn.passwords.enter(email, password, new Headers())
  await db.write((w) => signIn.providers.linkNew(w, member, { provider: 'elsewhere', subject: email, email: 'squatter@example.org' }))
  await db.write((w) => w.passkeys.insert({ id: `key of ${email}`, memberId: member.id, publicKey: 'AA', counter: 0, transports: [], name: 'k', created: now }))
  return { member, session: withCookie(cookies) }
}

it.each(['link', 'reset'] as const)('the owner of an e-mail who first comes in by a %s finds nothing of whoever was there before', async (way) => {
  const email = `${way}@example.org`
  const { member, session } = await squat(email, 'invitation')
  expect((await signIn.sessions.of(session))?.member).toEqual(member)
  if (way === 'link') {
    await signIn.links.send(email, new Headers())
    await signIn.links.enter(await tokenOf(email), new Headers())
  } else {
    await signIn.passwords.sendReset(email, new Headers())
    await signIn.passwords.reset(await tokenOf(email), `${password} anew`, new Headers())
  }
  expect(await signIn.sessions.of(session)).toBeUndefined()
  await expect(signIn.passwords.enter(email, password, new Headers())).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  expect(await signIn.providers.enter({ provider: 'elsewhere', subject: email, email: 'squatter@example.org' }, new Headers())).toBeUndefined()
  expect(await signIn.members.about(member.id)).toMatchObject({ verified: true, passkeys: [], identities: [], password: way === 'reset' })
})

it('a member whom the operator made keeps what is theirs', async () => {
  const email = 'operator@example.org'
  const { session } = await squat(email, 'operator')
  await signIn.links.send(email, new Headers())
  await signIn.links.enter(await tokenOf(email), new Headers())
  expect(await signIn.sessions.of(session)).toBeDefined()
  await signIn.passwords.enter(email, password, new Headers())
})

it('an identity is joined by its e-mail only where the member has proved it', async () => {
  const foreigner = { provider: 'elsewhere', subject: '17', email: 'proof@example.org' }
  await newMember(db, signIn, { email: foreigner.email, password, madeBy: 'operator' })
  await expect(signIn.providers.enter(foreigner, new Headers())).rejects.toMatchObject({ code: 'CONFLICT', data: { hint: 'unproved-here' } })
  await signIn.links.send(foreigner.email, new Headers())
  await signIn.links.enter(await tokenOf(foreigner.email), new Headers())
  expect(await signIn.providers.enter(foreigner, new Headers())).toMatchObject({ member: { email: foreigner.email } })
  // From then on the subject counts, whatever the e-mail there becomes.
  expect(await signIn.providers.enter({ ...foreigner, email: 'moved@example.org' }, new Headers())).toMatchObject({ member: { email: foreigner.email } })
})

it('the last way in is not taken away', async () => {
  const member = await newMember(db, signIn, { email: 'only@example.org', madeBy: 'provider', verified: true })
  const alone = createSignIn({ db, clock: { now: () => now }, secure: false, home: () => 'http://thole.test', instanceName: async () => 'Harbour', asksForTwo: async () => false })
  await db.write((w) => alone.providers.linkNew(w, member, { provider: 'elsewhere', subject: 'only', email: member.email }))
  const { cookies } = await alone.sessions.start(member, new Headers())
  const who = (await alone.sessions.of(withCookie(cookies)))!
  await expect(alone.providers.unlink(who, 'elsewhere', 'only')).rejects.toMatchObject({ code: 'CONFLICT' })
  expect((await alone.members.about(member.id)).identities).toHaveLength(1)
})

it('how one signs in is changed only soon after signing in', async () => {
  let later = now
  const slow = createSignIn({ db, clock: { now: () => later }, secure: false, home: () => 'http://thole.test', instanceName: async () => 'Harbour', asksForTwo: async () => false })
  const member = await newMember(db, slow, { email: 'slow@example.org', password, madeBy: 'operator' })
  const { cookies } = await slow.passwords.enter(member.email, password, new Headers())
  later += 16 * 60_000
  const who = (await slow.sessions.of(withCookie(cookies)))!
  const again = { code: 'SIGN_IN_AGAIN' }
  await expect(slow.codes.propose(who)).rejects.toMatchObject(again)
  await expect(slow.codes.remove(who)).rejects.toMatchObject(again)
  await expect(slow.passkeys.newOptions(who, new URL('http://localhost'))).rejects.toMatchObject(again)
  await expect(slow.providers.link(who, { provider: 'p', subject: 's', email: 'e@example.org' })).rejects.toMatchObject(again)
  // The present password is a proof of its own.
  await slow.passwords.change(who, { current: password, password: `${password} anew` }, withCookie(cookies))
})

it('a session that ended meanwhile sets up no second factor', async () => {
  const member = await newMember(db, signIn, { email: 'meanwhile@example.org', password, madeBy: 'operator' })
  const { cookies } = await signIn.passwords.enter(member.email, password, new Headers())
  const who = (await signIn.sessions.of(withCookie(cookies)))!
  const { secret } = await signIn.codes.propose(who)
  await signIn.sessions.end(withCookie(cookies))
  const code = new TOTP({ secret, period: 30 }).generate({ timestamp: now })
  await expect(signIn.codes.confirm(who, secret, code, new Headers())).rejects.toMatchObject({ code: 'UNAUTHENTICATED', message: expect.stringMatching(/session has ended/) })
  expect((await db.read((r) => r.members.byId(member.id)))?.totp).toBeUndefined()
})
