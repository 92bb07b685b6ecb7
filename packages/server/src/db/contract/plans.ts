import { describe, expect, it } from 'vitest'
import type { Plan } from '../../ports/db/index.ts'
import type { Subject } from './subject.ts'
import { newAccount } from './rows.ts'

export function planContract(subject: Subject): void {
  const plain = { name: 'A plan', words: 'for tests', priceGibMonth: 5000, priceGibSent: 0, currency: 'EUR' }
  const plan = (change: Partial<Plan> = {}): Plan => ({ id: crypto.randomUUID(), ...plain, ...change })
  const find = (id: string) => subject.db().read(async (r) => (await r.plans.list()).find((one) => one.id === id))

  describe('plans', () => {
    it('has one for people who sign up', async () => {
      expect(await find('free')).toMatchObject({ name: 'Free', storageBytes: 5 * 2 ** 30 })
    })

    it('keeps what is given and what has no limit', async () => {
      const [small, endless] = [plan({ storageBytes: 2 ** 45, blocks: 1, bandwidthBytes: 2, requests: 3, requestsPerMinute: 4, keys: 5, inFlightPins: 0 }), plan()]
      for (const one of [small, endless]) expect(await subject.db().write((w) => w.plans.put(one))).toBe(false)
      expect([await find(small.id), await find(endless.id)]).toEqual([small, endless])
      const ids = await subject.db().read(async (r) => (await r.plans.list()).map(({ id }) => id))
      expect(ids.indexOf(small.id)).toBeLessThan(ids.indexOf(endless.id))
      const { blocks: _, ...without } = small
      expect(await subject.db().write((w) => w.plans.put({ ...without, name: 'other' }))).toBe(true)
      expect(await find(small.id)).toEqual({ ...without, name: 'other' })
    })

    it('is not taken away while an account has it', async () => {
      const one = plan()
      const account = await newAccount(subject.db())
      await subject.db().write((w) => w.plans.put(one))
      await subject.db().write((w) => w.plans.assign(account.id, one.id))
      expect(await subject.db().read((r) => r.accounts.byId(account.id))).toMatchObject({ planId: one.id })
      expect(await subject.db().read((r) => r.plans.countAccounts(one.id))).toBe(1)
      expect(await subject.db().read((r) => r.plans.areUsed())).toBe(true)
      await expect(subject.db().write((w) => w.plans.remove(one.id))).rejects.toMatchObject({ code: 'CONFLICT' })
      await subject.db().write((w) => w.plans.assign(account.id, undefined))
      expect(await subject.db().read((r) => r.accounts.byId(account.id))).not.toHaveProperty('planId')
      expect(await subject.db().write((w) => w.plans.remove(one.id))).toBe(true)
      expect(await subject.db().write((w) => w.plans.remove(one.id))).toBe(false)
    })

    it('comes with the account that is made with it', async () => {
      const account = await newAccount(subject.db(), { planId: 'free' })
      expect(await subject.db().read((r) => r.accounts.byId(account.id))).toEqual(account)
    })
  })
}
