import { randomBytes } from 'node:crypto'
import { fault } from '../../kernel/faults.ts'
import { secretHash } from '../../kernel/secrets.ts'
import type { Account, Db } from '../../ports/db/index.ts'
import type { Accounts } from './accounts.ts'
import type { InstanceSettings, Settings } from './settings.ts'

export interface SetupParts {
  db: Db
  accounts: Accounts
  settings: Settings
}

/** The first admin of a fresh instance, made by whoever holds the one-time link that the start prints. */
export interface Setup {
  isNeeded(): Promise<boolean>
  /** A new token for the link; earlier ones stop working. Only its hash is stored. */
  issue(): Promise<string>
  /** Faults UNAUTHENTICATED for a wrong token, CONFLICT once an admin exists. */
  redeem(token: string, admin: { email: string; password: string }, choices: Partial<InstanceSettings>): Promise<Account>
}

const name = 'setup-token-hash'

export function createSetup({ db, accounts, settings }: SetupParts): Setup {
  const isNeeded = async () => (await db.read((r) => r.accounts.countAdmins())) === 0
  return {
    isNeeded,
    async issue() {
      const token = randomBytes(24).toString('base64url')
      await db.write((w) => w.instance.set(name, secretHash(token)))
      return token
    },
    async redeem(token, { email, password }, choices) {
      if (!(await isNeeded())) throw fault('CONFLICT', { reason: 'this server has an admin already' })
      const stored = await db.read((r) => r.instance.get(name))
      if (stored === undefined || stored !== secretHash(token)) throw fault('UNAUTHENTICATED', { reason: 'this set-up link is not valid (any more)' })
      const admin = await accounts.ensureAdmin(email, password)
      await settings.choose(choices)
      await db.write((w) => w.instance.remove(name))
      return admin
    },
  }
}
