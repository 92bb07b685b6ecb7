import { describe, expect, it } from 'vitest'
import type { Db, LoginTokenRow, MemberRow } from '../../ports/db/index.ts'
import { newAccount } from './rows.ts'
import type { Subject } from './subject.ts'

async function newMember(db: Db, change: Partial<MemberRow> = {}): Promise<MemberRow> {
  const id = crypto.randomUUID()
  const member: MemberRow = { id, email: `${id}@example.org`, madeBy: 'invitation', created: 5, ...change }
  await db.write((w) => w.members.insert(member))
  return member
}

const session = (memberId: string, created: number, more = {}) => ({ hash: crypto.randomUUID(), id: crypto.randomUUID(), memberId, created, seen: created, factors: 1 as const, ...more })

export function peopleContract(subject: Subject): void {
  describe('people', () => {
    it('finds members as they were inserted, with and without what may be absent', async () => {
      const db = subject.db()
      for (const member of [await newMember(db), await newMember(db, { password: 'p', verified: 7, totp: 'T', madeBy: 'operator' })]) {
        expect(await db.read((r) => r.members.byId(member.id))).toEqual(member)
        expect(await db.read((r) => r.members.byEmail(member.email))).toEqual(member)
        await expect(newMember(db, { email: member.email })).rejects.toMatchObject({ code: 'CONFLICT' })
      }
    })

    it('finds a session with its member and the role in its account, and keeps the newest', async () => {
      const db = subject.db()
      const [account, member] = [await newAccount(db), await newMember(db)]
      const [old, plain, full] = [session(member.id, 1), session(member.id, 2), session(member.id, 3, { accountId: account.id, agent: 'a', address: 'b', factors: 2 })]
      await db.write(async (w) => {
        for (const one of [old, plain, full]) await w.members.startSession(one, 2)
      })
      expect(await db.read((r) => r.members.session(full.hash))).toEqual({ session: full, member, account, role: undefined })
      await db.write((w) => w.memberships.set({ accountId: account.id, memberId: member.id, role: 'reader', created: 9 }))
      expect(await db.read((r) => r.members.session(full.hash))).toEqual({ session: full, member, account, role: 'reader' })
      expect(await db.read((r) => r.members.session(old.hash))).toBeUndefined()
      expect(await db.read((r) => r.members.sessions(member.id))).toEqual([full, plain])
      expect(await db.write((w) => w.members.endSessionById('somebody else', plain.id))).toBe(false)
      await db.write((w) => w.members.endSessions(member.id, full.hash))
      expect(await db.read((r) => r.members.sessions(member.id))).toEqual([full])
      expect(await db.write((w) => w.members.endSessionById(member.id, full.id))).toBe(true)
    })

    it('uses a time step and a recovery code once, also where two try at the same time', async () => {
      const db = subject.db()
      const { id } = await newMember(db)
      await db.write(async (w) => {
        await w.members.setTotp(id, { secret: 'S', step: 10 })
        await w.members.setRecoveryCodes(id, [`${id} 1`, `${id} 2`])
      })
      const once = async (use: (on: Db) => Promise<boolean>) => (await Promise.all([use(db), use(subject.other())])).filter(Boolean).length
      expect(await once((on) => on.write((w) => w.members.useTotpStep(id, 11)))).toBe(1)
      expect(await db.write((w) => w.members.useTotpStep(id, 11))).toBe(false)
      expect(await once((on) => on.write((w) => w.members.useRecoveryCode(id, `${id} 1`)))).toBe(1)
      expect(await db.write((w) => w.members.useRecoveryCode('somebody else', `${id} 2`))).toBe(false)
      expect(await db.read((r) => r.members.countRecoveryCodes(id))).toBe(1)
    })

    it('rewrites the secret of codes unless it is another one by now, and lists them page by page', async () => {
      const db = subject.db()
      const [ada, bob, cleo] = [await newMember(db, { totp: 'A' }), await newMember(db, { totp: 'B' }), await newMember(db)]
      await db.write(async (w) => {
        await w.members.setTotp(ada.id, { secret: 'A', step: 10 })
        await w.members.rewriteTotp(ada.id, 'A', 'closed')
        await w.members.rewriteTotp(bob.id, 'A', 'closed')
      })
      const all: { id: string; totp: string | null }[] = []
      for (let page = await db.read((r) => r.members.totps('', 2)); page.length > 0; page = await db.read((r) => r.members.totps(all.at(-1)!.id, 2))) {
        expect(page.length).toBeLessThanOrEqual(2)
        all.push(...page)
      }
      const totpOf = ({ id }: MemberRow) => all.filter((one) => one.id === id).map(({ totp }) => totp)
      expect([ada, bob, cleo].map(totpOf)).toEqual([['closed'], ['B'], [null]])
      expect(await db.write((w) => w.members.useTotpStep(ada.id, 10))).toBe(false)
    })

    it('knows who belongs to an account, and to which a person does', async () => {
      const db = subject.db()
      const [one, two] = [await newAccount(db), await newAccount(db)]
      const [ada, bob] = [await newMember(db, { totp: 'T' }), await newMember(db)]
      await db.write(async (w) => {
        await w.memberships.set({ accountId: one.id, memberId: ada.id, role: 'member', created: 1 })
        await w.memberships.set({ accountId: two.id, memberId: ada.id, role: 'owner', created: 2 })
        await w.memberships.set({ accountId: one.id, memberId: bob.id, role: 'reader', created: 3 })
        await w.memberships.set({ accountId: one.id, memberId: bob.id, role: 'owner', created: 4 })
        await w.passkeys.insert({ id: `key ${bob.id}`, memberId: bob.id, publicKey: 'p', counter: 0, transports: ['usb'], name: 'k', created: 1 })
      })
      expect(await db.read((r) => r.memberships.ofAccount(one.id))).toMatchObject([{ email: ada.email, role: 'member', secondFactor: true }, { email: bob.email, role: 'owner', created: 3, secondFactor: true }])
      expect(await db.read((r) => r.memberships.ofMember(ada.id))).toMatchObject([{ accountEmail: two.email, role: 'owner' }, { accountEmail: one.email, role: 'member' }])
      await db.write((w) => w.memberships.remove(one.id, ada.id))
      expect(await db.read((r) => r.memberships.of(one.id, ada.id))).toBeUndefined()
    })

    it('gives an identity and a passkey to one member', async () => {
      const db = subject.db()
      const [ada, bob] = [await newMember(db), await newMember(db)]
      const identity = { provider: 'p', subject: ada.id, memberId: ada.id, email: 'x@example.org', created: 1 }
      await db.write((w) => w.identities.insert(identity))
      await expect(db.write((w) => w.identities.insert({ ...identity, memberId: bob.id }))).rejects.toMatchObject({ code: 'CONFLICT' })
      await db.write((w) => w.identities.touch('p', ada.id, 8))
      expect(await db.read((r) => r.identities.get('p', ada.id))).toEqual({ ...identity, used: 8 })
      expect(await db.write((w) => w.identities.remove(bob.id, 'p', ada.id))).toBe(false)
      expect(await db.write((w) => w.identities.remove(ada.id, 'p', ada.id))).toBe(true)
      const passkey = { id: `id ${ada.id}`, memberId: ada.id, publicKey: 'k', counter: 1, transports: ['internal', 'hybrid'], name: 'n', created: 2 }
      await db.write(async (w) => {
        await w.passkeys.insert(passkey)
        await w.passkeys.use(passkey.id, 2, 3)
      })
      expect(await db.read((r) => r.passkeys.ofMember(ada.id))).toEqual([{ ...passkey, counter: 2, used: 3 }])
      expect(await db.write((w) => w.passkeys.remove(bob.id, passkey.id))).toBe(false)
    })

    it('takes a token once, of its kind, before it ends', async () => {
      const db = subject.db()
      const account = await newAccount(db)
      const token = (change: Partial<LoginTokenRow> = {}): LoginTokenRow => ({ hash: crypto.randomUUID(), id: crypto.randomUUID(), kind: 'invite', email: 'e@example.org', accountId: account.id, role: 'reader', madeBy: 'm', created: 10, expires: 20, ...change })
      const [first, mailed, quiet] = [token(), token({ kind: 'mailed', created: 11 }), token({ madeBy: undefined })]
      await db.write(async (w) => {
        for (const one of [first, mailed, quiet]) await w.loginTokens.insert(one)
      })
      expect(await db.read((r) => r.loginTokens.invitations(account.id, 15))).toEqual([first, mailed])
      expect(await db.read((r) => r.loginTokens.get(first.hash, 'magic', 15))).toBeUndefined()
      expect(await db.write((w) => w.loginTokens.take(first.hash, 'invite', 20))).toBeUndefined()
      const taken = await Promise.all([db, subject.other()].map((on) => on.write((w) => w.loginTokens.take(first.hash, 'invite', 15))))
      expect(taken.filter((one) => one !== undefined)).toEqual([first])
      expect(await db.write((w) => w.loginTokens.removeInvitation(undefined, mailed.id))).toBe(false)
      expect(await db.write((w) => w.loginTokens.removeInvitation(account.id, mailed.id))).toBe(true)
      await db.write((w) => w.loginTokens.insert(token({ created: 30, expires: 40 })))
      expect(await db.read((r) => r.loginTokens.get(quiet.hash, 'invite', 15))).toBeUndefined()
    })

    it('gives an invitation another secret, until it is over', async () => {
      const db = subject.db()
      const row: LoginTokenRow = { hash: crypto.randomUUID(), id: crypto.randomUUID(), kind: 'mailed', email: 'e@example.org', created: 10, expires: 20 }
      await db.write((w) => w.loginTokens.insert(row))
      const renewed = { ...row, hash: crypto.randomUUID() }
      expect(await db.write((w) => w.loginTokens.renew(row.id, renewed.hash, 15))).toEqual(renewed)
      expect(await db.read((r) => r.loginTokens.get(row.hash, 'mailed', 15))).toBeUndefined()
      expect(await db.read((r) => r.loginTokens.get(renewed.hash, 'mailed', 15))).toEqual(renewed)
      expect(await db.write((w) => w.loginTokens.renew(row.id, crypto.randomUUID(), 20))).toBeUndefined()
      expect(await db.write((w) => w.loginTokens.renew('another', crypto.randomUUID(), 15))).toBeUndefined()
    })

    it('removes the invitations of whoever made them, and nothing else of theirs', async () => {
      const db = subject.db()
      const account = await newAccount(db)
      const row = (madeBy: string, change: Partial<LoginTokenRow> = {}): LoginTokenRow => ({ hash: crypto.randomUUID(), id: crypto.randomUUID(), kind: 'invite', email: 'e@example.org', accountId: account.id, role: 'reader', madeBy, created: 10, expires: 20, ...change })
      const other = await newAccount(db)
      const [one, mailed, kept, reset] = [row('a'), row('b', { kind: 'mailed' }), row('c'), row('a', { kind: 'reset' })]
      const [others, founding] = [row('b', { accountId: other.id }), row('b', { accountId: undefined, role: undefined })]
      await db.write(async (w) => {
        for (const each of [one, mailed, kept, reset, others, founding]) await w.loginTokens.insert(each)
        await w.loginTokens.removeMadeBy('a')
        await w.loginTokens.removeMadeBy('b', [account.id])
      })
      const left = (accountId?: string) => db.read((r) => r.loginTokens.invitations(accountId, 15))
      expect([await left(account.id), await left(other.id)]).toEqual([[kept], [others]])
      expect(await left()).toContainEqual(founding)
      await db.write((w) => w.loginTokens.removeMadeBy('b', [null]))
      expect([await left(other.id), (await left()).filter(({ id }) => id === founding.id)]).toEqual([[others], []])
      expect(await db.read((r) => r.loginTokens.get(reset.hash, 'reset', 15))).toEqual(reset)
    })

    it('counts tries exactly, whoever counts at the same time', async () => {
      const [db, other] = [subject.db(), subject.other()]
      const [a, b] = [crypto.randomUUID(), crypto.randomUUID()]
      const add = (on: Db, now: number, ...digests: string[]) => on.write((w) => w.tries.add(digests.map((digest) => ({ digest, ends: now + 100 })), now))
      await Promise.all(Array.from({ length: 20 }, (_, i) => add(i % 2 ? db : other, 1000, ...(i % 3 ? [a, b] : [b, a]))))
      expect((await db.read((r) => r.tries.get([a, b], 1000))).map(({ tries, ends }) => [tries, ends])).toEqual([[20, 1100], [20, 1100]])
      await db.write((w) => w.tries.takeBack([a]))
      expect(await db.read((r) => r.tries.get([a], 1099))).toMatchObject([{ tries: 19 }])
      expect(await db.read((r) => r.tries.get([a, b], 1100))).toEqual([])
      expect(await add(db, 1100, a)).toEqual([{ digest: a, tries: 1, ends: 1200 }])
    })
  })
}
