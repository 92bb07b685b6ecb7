import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase } from '../../../../../test/support/database.ts'
import { openDb } from '../../db/index.ts'
import type { Db } from '../../ports/db/index.ts'
import { createSignIn } from '../../services/sign-in/index.ts'
import { openTokens } from '../../services/tokens/index.ts'
import type { Principal } from '../access/index.ts'
import { createInvitations } from './invitations.ts'
import { createKeys } from './keys.ts'
import { createMembers, type Members } from './members.ts'

const clock = { now: () => 1_700_000_000_000 }
let database: Awaited<ReturnType<typeof testDatabase>>
let db: Db
let members: Members

beforeAll(async () => {
  database = await testDatabase()
  db = await openDb({ url: database.url })
  await db.migrate()
  const signIn = createSignIn({ db, clock, secure: false, home: () => 'http://127.0.0.1:3000', instanceName: async () => 'Harbour', asksForTwo: async () => false })
  members = createMembers({ db, signIn, clock })
})
afterAll(async () => {
  await db.close()
  await database.drop()
})

/** An account with two owners. */
async function twoOwners(): Promise<Principal[]> {
  const account = { id: crypto.randomUUID(), email: `${crypto.randomUUID()}@example.org`, role: 'user' as const, created: 1, suspended: false }
  const both = [1, 2].map(() => ({ id: crypto.randomUUID(), email: `${crypto.randomUUID()}@example.org` }))
  await db.write(async (w) => {
    await w.accounts.insert(account)
    for (const member of both) {
      await w.members.insert({ ...member, madeBy: 'invitation', created: 1 })
      await w.memberships.set({ accountId: account.id, memberId: member.id, role: 'owner', created: 1 })
    }
  })
  return both.map((member) => ({ account, scopes: new Set(), member, role: 'owner' }))
}

test('an account keeps an owner, also where its two owners leave at the same moment', async () => {
  const accounts = await Promise.all(Array.from({ length: 20 }, twoOwners))
  const left = await Promise.all(accounts.map((both) => Promise.allSettled(both.map((who) => members.remove(who, who.member!.id)))))
  expect(left.map((both) => both.filter(({ status }) => status === 'fulfilled').length)).toEqual(accounts.map(() => 1))
  for (const [{ account } = { account: { id: '' } }] of accounts) expect(await db.read((r) => r.memberships.ofAccount(account.id))).toMatchObject([{ role: 'owner' }])
})

test('whoever is an owner no more leaves no invitations behind that they made', async () => {
  const [one, other] = (await twoOwners()) as [Principal, Principal]
  const accountId = one.account.id
  const invite = (madeBy: string) => db.write((w) => w.loginTokens.insert({ hash: crypto.randomUUID(), id: crypto.randomUUID(), kind: 'invite', email: 'second@example.org', accountId, role: 'owner', madeBy, created: clock.now(), expires: clock.now() + 1000 }))
  for (const { member } of [one, other]) await invite(member!.email)
  await members.setRole(one, other.member!.id, 'reader')
  expect((await db.read((r) => r.loginTokens.invitations(accountId, clock.now()))).map(({ madeBy }) => madeBy)).toEqual([one.member!.email])
})

test('whoever was an owner a moment before asks nobody in, and makes no key', async () => {
  const [one, other] = (await twoOwners()) as [Principal, Principal]
  const able = { ...other, scopes: new Set(['account'] as const) }
  const invitations = createInvitations({ db, clock, home: () => 'http://127.0.0.1:3000', instanceName: async () => 'Harbour' })
  const keys = createKeys({ db, tokens: await openTokens(db), clock })
  await members.setRole(one, other.member!.id, 'member')
  await expect(invitations.invite(able, { email: 'second@example.org', role: 'owner' })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  await expect(keys.createBy(able, { name: 'late', scopes: ['account'] })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  await keys.close()
})
