import { describe, expect, it } from 'vitest'
import type { AccessRequest } from '../../ports/db/index.ts'
import type { Subject } from './subject.ts'
import { newAccount } from './rows.ts'

export function accessContract(subject: Subject): void {
  describe('requests for access', () => {
    const requestOf = (accountId: string, created: number, change: Partial<AccessRequest> = {}): AccessRequest => ({
      id: crypto.randomUUID(), accountId, askedBy: 'a@example.org', purpose: 'moving', amount: '2 TiB', link: '', state: 'open', created, seen: true, ...change,
    })

    it('are one open one an account, decided, and told', async () => {
      const db = subject.db()
      const { id, email } = await newAccount(db)
      const first = requestOf(id, 1)
      await db.write((w) => w.access.insert(first))
      await expect(db.write((w) => w.access.insert(requestOf(id, 2)))).rejects.toMatchObject({ code: 'CONFLICT' })
      await db.write((w) => w.access.decide(first.id, { state: 'declined', decided: 5, message: 'not now' }))
      const decided = { ...first, state: 'declined', decided: 5, message: 'not now', seen: false }
      expect(await db.read((r) => r.access.latest(id))).toEqual(decided)
      expect(await db.read((r) => r.access.get(first.id))).toEqual({ ...decided, email })
      await db.write((w) => w.access.see(id))
      expect(await db.read((r) => r.access.latest(id))).toEqual({ ...decided, seen: true })
      const second = requestOf(id, 3)
      await db.write((w) => w.access.insert(second))
      expect(await db.read((r) => r.access.latest(id))).toEqual(second)
      expect(await db.read((r) => r.access.get('none'))).toBeUndefined()
    })

    it('are listed in their order, page by page', async () => {
      const db = subject.db()
      const accounts = [await newAccount(db), await newAccount(db), await newAccount(db)]
      const open = accounts.map(({ id }, i) => requestOf(id, 1_000_000 + i, { id: `open ${i}` }))
      const approved = accounts.map(({ id }, i) => requestOf(id, 1_000_000, { id: `approved ${i}`, state: 'approved', decided: 2, message: 'm' }))
      const before = await db.read((r) => r.access.count('open'))
      await db.write(async (w) => {
        for (const request of [...open, ...approved]) await w.access.insert(request)
      })
      expect(await db.read((r) => r.access.count('open'))).toBe(before + 3)
      const ids = async (...page: Parameters<typeof list>) => (await list(...page)).map(({ id }) => id)
      const list = (state: 'open' | 'approved', limit: number, after?: AccessRequest) => db.read((r) => r.access.list(state, limit, after))
      expect(await ids('open', 2, open[0])).toEqual(['open 1', 'open 2'])
      expect(await ids('approved', 2, approved[2])).toEqual(['approved 1', 'approved 0'])
      expect((await list('approved', 1))[0]).toMatchObject({ email: accounts[2]!.email, message: 'm' })
    })

    it('grants are of the account', async () => {
      const db = subject.db()
      const account = await newAccount(db)
      const look = () => db.read((r) => r.accounts.byId(account.id))
      await db.write((w) => w.accounts.setMayPin(account.id, true))
      expect(await look()).toEqual({ ...account, mayPin: true })
      await db.write((w) => w.accounts.setOnDemand(account.id, true))
      await db.write((w) => w.accounts.setMayPin(account.id, false))
      expect(await look()).toEqual({ ...account, onDemand: true })
    })
  })
}
