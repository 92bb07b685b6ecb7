import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { testDatabase } from '../../../../../test/support/database.ts'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { openDb } from '../../db/index.ts'
import type { Db } from '../../ports/db/index.ts'
import { createSignIn } from '../../services/sign-in/index.ts'
import { createAccounts } from './accounts.ts'
import { createSettings } from './settings.ts'
import { createSetup, type Setup } from './setup.ts'

const clock = { now: () => 1_700_000_000_000 }
const password = 'a sentence that nobody guesses'

setupSuite('sqlite', async () => {
  const folder = await temporaryFolder()
  return { url: join(folder.path, 'thole.db'), drop: async () => folder[Symbol.asyncDispose]() }
})
setupSuite('postgres', testDatabase)

function setupSuite(name: string, newDatabase: () => Promise<{ url: string; drop(): Promise<void> }>): void {
  describe(`set-up on ${name}`, () => {
    let dbs: Db[]
    let setups: Setup[]

    const open = (db: Db): Setup => {
      const settings = createSettings({ db, clock, onChange() {} })
      const signIn = createSignIn({ db, clock, secure: false, home: () => 'http://127.0.0.1:3000', instanceName: settings.name, asksForTwo: settings.asksForTwo })
      return createSetup({ db, settings, accounts: createAccounts({ db, signIn, clock, isOpen: false }) })
    }
    const redeem = (setup: Setup, token: string, email: string, choices = {}) => setup.redeem(token, { email, password }, choices).then(() => 'admin', ({ code }: { code: string }) => code)
    const admins = () => dbs[0]!.read((r) => r.accounts.countAdmins())

    beforeEach(async () => {
      const database = await newDatabase()
      dbs = await Promise.all([1, 2].map(() => openDb({ url: database.url })))
      await dbs[0]!.migrate()
      setups = dbs.map(open)
      return async () => {
        await Promise.all(dbs.map((db) => db.close()))
        await database.drop()
      }
    })

    it('makes one admin of all who show the link at the same moment, in one process or two; to the others it is spent', async () => {
      const token = await setups[0]!.issue()
      const tried = await Promise.all(Array.from({ length: 6 }, (_, i) => redeem(setups[i % 2]!, token, `${i}@example.org`)))
      const spent = await redeem(setups[0]!, token, 'late@example.org')
      expect(tried.toSorted()).toEqual([...Array<string>(5).fill(spent), 'admin'])
      expect(await admins()).toBe(1)
      const members = await Promise.all(tried.map((_, i) => dbs[0]!.read((r) => r.members.byEmail(`${i}@example.org`))))
      expect(members.filter((member) => member !== undefined)).toHaveLength(1)
    })

    it('leaves the link as it was where something is wrong with what was chosen', async () => {
      const token = await setups[0]!.issue()
      expect(await redeem(setups[0]!, 'g'.repeat(32), 'first@example.org')).toBe('UNAUTHENTICATED')
      expect(await redeem(setups[0]!, token, 'first@example.org', { name: ' ' })).toBe('INVALID_REQUEST')
      expect(await admins()).toBe(0)
      expect(await dbs[0]!.read((r) => r.members.byEmail('first@example.org'))).toBeUndefined()
      expect(await redeem(setups[0]!, token, 'first@example.org', { name: 'Harbour' })).toBe('admin')
    })
  })
}
