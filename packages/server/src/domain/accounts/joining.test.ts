import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { newMember } from '../../../../../test/support/member.ts'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { openDb } from '../../db/index.ts'
import { secretHash } from '../../kernel/secrets.ts'
import type { Db } from '../../ports/db/index.ts'
import type { NewMember, SignedIn } from '../../ports/sign-in.ts'
import { createSignIn } from '../../services/sign-in/index.ts'
import { createAccounts } from './accounts.ts'
import { createJoining } from './joining.ts'

const clock = { now: () => 1_700_000_000_000 }
const password = 'a sentence that nobody guesses'
const email = 'ada@example.org'
const foreigner = { provider: 'elsewhere', subject: '17', email }
let db: Db

beforeEach(async () => {
  const folder = await temporaryFolder()
  db = await openDb({ url: join(folder.path, 'thole.db') })
  await db.migrate()
  return async () => {
    await db.close()
    await folder[Symbol.asyncDispose]()
  }
})

function open(on: Db, isOpen = true) {
  const signIn = createSignIn({ db: on, clock, secure: false, home: () => 'http://127.0.0.1:3000', instanceName: async () => 'Harbour', asksForTwo: async () => false })
  return { signIn, accounts: createAccounts({ db: on, signIn, clock, isOpen }), joining: createJoining({ db: on, signIn, clock, isOpen }) }
}

/** The process ends when it begins to write for this time. */
function dyingAt(time: number): Db {
  let writes = 0
  return { ...db, write: (fn) => (++writes >= time ? Promise.reject(new Error('the process ended')) : db.write(fn)) }
}

const invite = (token: string) => db.write((w) => w.loginTokens.insert({ hash: secretHash(token), id: crypto.randomUUID(), kind: 'invite', email, madeBy: 'admin@example.org', created: clock.now(), expires: clock.now() + 1000 }))

async function sessionOf(about: NewMember, isOpen = true): Promise<ReturnType<typeof open> & { headers: Headers; who: SignedIn }> {
  const parts = open(db, isOpen)
  const { cookies } = await parts.signIn.sessions.start(await newMember(db, parts.signIn, about), new Headers())
  const headers = new Headers({ cookie: cookies[0]!.split(';')[0]! })
  return { ...parts, headers, who: (await parts.signIn.sessions.of(headers))! }
}

test.each([
  ['arrives by a provider', ({ joining }: ReturnType<typeof open>) => joining.arrive(foreigner, new Headers())],
  ['accepts an invitation', ({ joining }: ReturnType<typeof open>) => joining.accept('token', { password }, new Headers())],
  ['accepts one by a provider', ({ joining }: ReturnType<typeof open>) => joining.accept('token', { foreigner }, new Headers())],
])('whoever %s is there as a whole or not at all, wherever the process ends', async (_, come) => {
  await invite('token')
  for (let time = 1; ; time++) {
    const came = await come(open(dyingAt(time))).then(() => true, (error: Error) => (expect(error.message).toBe('the process ended'), false))
    const member = await db.read((r) => r.members.byEmail(email))
    if (member) {
      expect(await db.read((r) => r.memberships.ofMember(member.id))).toMatchObject([{ role: 'owner', accountEmail: email }])
      break
    }
    expect(came).toBe(false)
    expect(await db.read((r) => r.accounts.byEmail(email))).toBeUndefined()
    expect(await db.read((r) => r.identities.get('elsewhere', '17'))).toBeUndefined()
    expect(time).toBeLessThan(5)
  }
})

test('an identity that is somebody else\'s makes no member', async () => {
  await invite('token')
  await open(db).joining.arrive({ ...foreigner, email: 'first@example.org' }, new Headers())
  await expect(open(db).joining.accept('token', { foreigner }, new Headers())).rejects.toMatchObject({ code: 'CONFLICT' })
  expect(await db.read((r) => r.members.byEmail(email))).toBeUndefined()
  await open(db).joining.accept('token', { password }, new Headers())
})

test('a member who belongs to no account is told so, and has one of their own where anybody may', async () => {
  const { accounts, joining, headers, who } = await sessionOf({ email, verified: true, madeBy: 'invitation' })
  await expect(accounts.bySession(headers)).rejects.toMatchObject({ code: 'ACCOUNT_MISSING', message: expect.stringContaining('make one of your own') })
  await joining.begin(who)
  expect(await accounts.bySession(headers)).toMatchObject({ role: 'owner', account: { email, role: 'user' } })
  await expect(joining.begin(who)).rejects.toMatchObject({ code: 'CONFLICT' })
})

test('a session is looked up with its account, once a second', async () => {
  const { headers, joining, who } = await sessionOf({ email, verified: true, madeBy: 'invitation' })
  await joining.begin(who)
  let reads = 0
  const { accounts } = open({ ...db, read: (fn) => (reads++, db.read(fn)) })
  for (let i = 0; i < 10; i++) expect((await accounts.bySession(headers)).account.email).toBe(email)
  expect(reads).toBe(1)
})

test('where people have to be invited, or the e-mail was never proved, there is no account to be had', async () => {
  const closed = await sessionOf({ email, verified: true, madeBy: 'invitation' }, false)
  await expect(closed.accounts.bySession(closed.headers)).rejects.toMatchObject({ code: 'ACCOUNT_MISSING', message: expect.stringContaining('invitation') })
  await expect(closed.joining.begin(closed.who)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  const squatter = await sessionOf({ email: 'squatter@example.org', madeBy: 'invitation' })
  await expect(squatter.joining.begin(squatter.who)).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('by a letter') })
})
