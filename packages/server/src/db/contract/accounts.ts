import { describe, expect, it } from 'vitest'
import type { KeyRow } from '../../ports/db/index.ts'
import type { Subject } from './subject.ts'
import { newAccount } from './rows.ts'

export function accountContract(subject: Subject): void {
  describe('accounts, keys, instance', () => {
    it('finds accounts as they were inserted', async () => {
      const account = await newAccount(subject.db(), { created: 1_700_000_000_000, suspended: true })
      expect(await subject.db().read((r) => r.accounts.byId(account.id))).toEqual(account)
      expect(await subject.db().read((r) => r.accounts.byEmail(account.email))).toEqual(account)
      expect(await subject.db().read((r) => r.accounts.byEmail('nobody@example.org'))).toBeUndefined()
    })

    it('refuses an e-mail that is taken', async () => {
      const { email } = await newAccount(subject.db())
      await expect(newAccount(subject.db(), { email })).rejects.toMatchObject({ code: 'CONFLICT' })
    })

    it('counts admins', async () => {
      const before = await subject.db().read((r) => r.accounts.countAdmins())
      const { id } = await newAccount(subject.db())
      await subject.db().write((w) => w.accounts.setRole(id, 'admin'))
      expect(await subject.db().read((r) => r.accounts.countAdmins())).toBe(before + 1)
    })

    it('gives out increasing stamps, unique under 200 parallel writes', async () => {
      const { id } = await newAccount(subject.db())
      const now = 1_700_000_000_000
      const stamps = await Promise.all(Array.from({ length: 200 }, () => subject.db().write((w) => w.accounts.nextStamp(id, now))))
      expect(new Set(stamps).size).toBe(200)
      expect(Math.min(...stamps)).toBe(now)
      expect(Math.max(...stamps)).toBe(now + 199)
      expect(await subject.db().write((w) => w.accounts.nextStamp(id, now + 5000))).toBe(now + 5000)
    })

    it('lists live keys, newest first, page by page', async () => {
      const db = subject.db()
      const owner = await newAccount(db, { mayPin: true, onDemand: true })
      const accountId = owner.id
      const key = (created: number): KeyRow => ({ id: crypto.randomUUID(), accountId, name: 'k', scopes: ['upload', 'pins:read'], hash: 'h', tail: 't', created })
      const [a, b, c] = [key(1), key(2), { ...key(3), expires: 99 }]
      await db.write(async (w) => {
        for (const row of [a, b, c]) await w.keys.insert(row)
        await w.keys.touch(new Map([[a.id, 77]]))
      })
      expect(await db.write((w) => w.keys.revoke('another account', b.id, 5))).toBe(false)
      expect(await db.write((w) => w.keys.revoke(accountId, b.id, 5))).toBe(true)
      expect(await db.write((w) => w.keys.revoke(accountId, b.id, 6))).toBe(false)
      expect(await db.read((r) => r.keys.ofAccount(accountId, { limit: 5 }))).toEqual([c, { ...a, lastUsed: 77 }])
      expect(await db.read((r) => r.keys.ofAccount(accountId, { limit: 1 }))).toEqual([c])
      expect(await db.read((r) => r.keys.ofAccount(accountId, { limit: 1, after: c.id }))).toEqual([{ ...a, lastUsed: 77 }])
      expect(await db.read((r) => r.keys.ofAccount(accountId, { limit: 1, after: 'no key' }))).toEqual([])
      expect(await db.read((r) => r.keys.count(accountId))).toBe(2)
      expect(await db.read((r) => r.keys.byId(b.id))).toEqual({ key: { ...b, revoked: 5 }, account: owner })
      expect(await db.read((r) => r.keys.byId('no key'))).toBeUndefined()
    })

    it('revokes what a member made, in all accounts, and nothing else', async () => {
      const db = subject.db()
      const [one, two] = [await newAccount(db), await newAccount(db)]
      const [maker, other] = [crypto.randomUUID(), crypto.randomUUID()]
      const key = (accountId: string, madeBy?: string): KeyRow => ({ id: crypto.randomUUID(), accountId, name: 'k', scopes: [], hash: 'h', tail: 't', created: 1, madeBy })
      const [a, b, theirs, operators] = [key(one.id, maker), key(two.id, maker), key(one.id, other), key(one.id)]
      await db.write(async (w) => {
        for (const row of [a, b, theirs, operators]) await w.keys.insert(row)
      })
      expect((await db.read((r) => r.keys.byId(a.id)))?.key).toEqual(a)
      const shown = ({ id, accountId, name }: KeyRow) => ({ id, accountId, name })
      const ended = await db.write((w) => w.keys.revokeMadeBy(maker, 9))
      expect(ended.toSorted((x, y) => (x.id === a.id ? -1 : y.id === a.id ? 1 : 0))).toEqual([shown(a), shown(b)])
      expect(await db.write((w) => w.keys.revokeMadeBy(maker, 10))).toEqual([])
      expect(await db.read((r) => r.keys.byId(b.id))).toMatchObject({ key: { revoked: 9 } })
      expect(await db.read((r) => r.keys.count(one.id))).toBe(2)
    })

    it('takes an instance value once, also where two try at the same time, and again where the first was rolled back', async () => {
      const [db, other] = [subject.db(), subject.other()]
      await db.write((w) => w.instance.set('one-time', 'right'))
      expect(await db.write((w) => w.instance.take('one-time', 'wrong'))).toBe(false)
      const failed = db.write(async (w) => {
        expect(await w.instance.take('one-time', 'right')).toBe(true)
        throw new Error('undone')
      })
      await expect(failed).rejects.toThrow('undone')
      const took = await Promise.all([db, other, db, other].map((on) => on.write((w) => w.instance.take('one-time', 'right'))))
      expect(took.filter(Boolean)).toHaveLength(1)
    })

    it('ensures an instance value once', async () => {
      const values = await Promise.all(['a', 'b', 'c'].map((value, i) => (i ? subject.db() : subject.other()).write((w) => w.instance.ensure('signing-key', value))))
      expect(new Set(values).size).toBe(1)
      await subject.db().write((w) => w.instance.set('signing-key', 'new'))
      expect(await subject.db().read((r) => r.instance.get('signing-key'))).toBe('new')
      await subject.db().write((w) => w.instance.remove('signing-key'))
      expect(await subject.db().read((r) => r.instance.get('signing-key'))).toBeUndefined()
    })
  })
}
