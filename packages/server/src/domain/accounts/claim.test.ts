import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { newMember } from '../../../../../test/support/member.ts'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { openDb } from '../../db/index.ts'
import { secretHash } from '../../kernel/secrets.ts'
import type { Account, Db } from '../../ports/db/index.ts'
import type { SignIn } from '../../ports/sign-in.ts'
import { createSignIn } from '../../services/sign-in/index.ts'
import { openTokens } from '../../services/tokens/index.ts'
import type { Principal } from '../access/index.ts'
import { createAccounts, type Accounts } from './accounts.ts'
import { createInvitations, type Invitations } from './invitations.ts'
import { createKeys, type Keys } from './keys.ts'

const clock = { now: () => 1_700_000_000_000 }
const email = 'owner@example.org'
let db: Db
let signIn: SignIn
let accounts: Accounts
let keys: Keys
let invitations: Invitations
let account: Account
let squatter: Principal

/** Somebody else accepted the invitation that was meant for the owner of the e-mail. */
beforeEach(async () => {
  const folder = await temporaryFolder()
  db = await openDb({ url: join(folder.path, 'thole.db') })
  await db.migrate()
  signIn = createSignIn({ db, clock, secure: false, home: () => 'http://127.0.0.1:3000', instanceName: async () => 'Harbour', asksForTwo: async () => false, onClaim: () => keys.forget() })
  accounts = createAccounts({ db, signIn, clock, isOpen: false })
  keys = createKeys({ db, tokens: await openTokens(db), clock })
  invitations = createInvitations({ db, clock, home: () => 'http://127.0.0.1:3000', instanceName: async () => 'Harbour' })
  const member = await newMember(db, signIn, { email, madeBy: 'invitation' })
  account = await accounts.ensure(email)
  await db.write(async (w) => {
    await w.accounts.setRole(account.id, 'admin')
    await w.memberships.set({ accountId: account.id, memberId: member.id, role: 'owner', created: 1 })
  })
  squatter = await enter(await signIn.sessions.start(member, new Headers()))
  return async () => {
    await keys.close()
    await db.close()
    await folder[Symbol.asyncDispose]()
  }
})

const enter = ({ cookies }: { cookies: string[] }) => accounts.bySession(new Headers({ cookie: cookies[0]!.split(';')[0]! }))

/** A letter was read: whose the e-mail is, is proved. */
async function claimByLetter(): Promise<Principal> {
  const member = (await signIn.members.byEmail(email))!
  await db.write((w) => w.loginTokens.insert({ hash: secretHash('letter'), id: 'letter', kind: 'magic', memberId: member.id, email, created: clock.now(), expires: clock.now() + 1000 }))
  return enter(await signIn.links.enter('letter', new Headers()))
}

const isOut = (token: string) => keys.authenticate(token).then(() => false, ({ code }: { code: string }) => code === 'UNAUTHENTICATED')

test('the owner of an e-mail who first proves it finds no key, link or invitation of whoever was there before', async () => {
  const own = await keys.createBy(squatter, { name: 'behind', scopes: ['account', 'admin', 'upload'] })
  const asKey = await keys.authenticate(own.token)
  const deeper = await keys.createBy(asKey, { name: 'deeper', scopes: ['account'] })
  const operators = await keys.create(account, { name: 'server', scopes: ['upload'] })
  await invitations.invite(squatter, { email: 'friend@example.org', role: 'owner' })
  await invitations.inviteAccount(squatter, { email: 'friend@example.org' })
  await invitations.inviteAccount(asKey, { email: 'other@example.org' })
  const { token: reset } = await signIn.passwords.resetToken(squatter.member!.id)

  const owner = await claimByLetter()

  expect(await Promise.all([own, deeper, operators].map(({ token }) => isOut(token)))).toEqual([true, true, false])
  expect((await keys.list(owner, { limit: 9 })).keys.map(({ name }) => name)).toEqual(['server'])
  expect([await invitations.list(owner), await invitations.listAccounts(owner)]).toEqual([[], []])
  await expect(signIn.passwords.reset(reset, 'a sentence that nobody guesses', new Headers())).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  const told = await db.read((r) => r.events.list({ audit: true, kinds: ['member.claimed', 'key.revoked'] }, 9))
  expect(told).toMatchObject([{ kind: 'key.revoked', accountId: account.id, actor: { kind: 'system' }, data: { count: 2 } }, { kind: 'member.claimed', actor: { name: email } }])
})

test('whoever was let in a moment before makes nothing any more', async () => {
  const asKey = await keys.authenticate((await keys.createBy(squatter, { name: 'behind', scopes: ['account', 'admin'] })).token)
  await claimByLetter()
  const ended = { code: 'UNAUTHENTICATED' }
  for (const who of [squatter, asKey]) {
    await expect(keys.createBy(who, { name: 'late', scopes: ['account'] })).rejects.toMatchObject(ended)
    await expect(invitations.inviteAccount(who, { email: 'late@example.org' })).rejects.toMatchObject(ended)
  }
  await expect(invitations.invite(squatter, { email: 'late@example.org', role: 'owner' })).rejects.toMatchObject(ended)
  expect(await db.read((r) => r.keys.count(account.id))).toBe(0)
})

test('who proves an e-mail that was proved before keeps the keys', async () => {
  await db.write((w) => w.members.setVerified(squatter.member!.id, 1))
  const { token } = await keys.createBy(squatter, { name: 'mine', scopes: ['upload'] })
  await claimByLetter()
  expect(await isOut(token)).toBe(false)
})
