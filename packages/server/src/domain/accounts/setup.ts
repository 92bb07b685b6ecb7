import { randomBytes } from 'node:crypto'
import { fault } from '../../kernel/faults.ts'
import { secretHash } from '../../kernel/secrets.ts'
import type { Account, Db, Reader } from '../../ports/db/index.ts'
import type { Accounts } from './accounts.ts'
import type { Settings, SetupChoices } from './settings.ts'

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
  /** Once, whoever else tries at the same moment. Faults UNAUTHENTICATED for a wrong token, CONFLICT once an admin exists. */
  redeem(token: string, admin: { email: string; password: string }, choices: SetupChoices): Promise<Account>
}

const name = 'setup-token-hash'

export function createSetup({ db, accounts, settings }: SetupParts): Setup {
  const hasAdmin = async (r: Reader) => (await r.accounts.countAdmins()) > 0

  async function demandToken(r: Reader, isRight: boolean): Promise<void> {
    if (await hasAdmin(r)) throw fault('CONFLICT', { reason: 'this server has an admin already' })
    if (!isRight) throw fault('UNAUTHENTICATED', { reason: 'this set-up link is not valid (any more)' })
  }

  return {
    isNeeded: async () => !(await db.read(hasAdmin)),
    async issue() {
      const token = randomBytes(24).toString('base64url')
      await db.write((w) => w.instance.set(name, secretHash(token)))
      return token
    },
    async redeem(token, { email, password }, choices) {
      const hash = secretHash(token)
      // Nobody else has a password hashed.
      await db.read(async (r) => demandToken(r, (await r.instance.get(name)) === hash))
      const makeAdmin = await accounts.readyAdmin(email, password)
      return db.write(async (w) => {
        await demandToken(w, await w.instance.take(name, hash))
        await settings.choose(w, choices)
        return makeAdmin(w)
      })
    },
  }
}
