import { fault } from '../../kernel/faults.ts'
import { bytesInWords } from '../../kernel/words.ts'
import type { Db, Reader } from '../../ports/db/index.ts'
import type { Principal } from '../access/index.ts'
import type { Accounts } from '../accounts/index.ts'

export interface PatronParts {
  db: Db
  accounts: Pick<Accounts, 'ensure'>
  /** E-mail of the account that pays. */
  account: string
  /** Bytes that it may come to hold. */
  maxBytes: number
}

/** An account that takes uploads of people who have none. */
export interface Patron {
  /**
   * Who uploads for them, and how many bytes at most. Uploads under way at the same time do not know of each other: `demandRoom` is for the
   * transaction that writes one down, when it has (fault QUOTA_EXCEEDED). Faults QUOTA_EXCEEDED, ACCOUNT_SUSPENDED.
   */
  take(): Promise<{ principal: Principal; left: number; demandRoom(r: Pick<Reader, 'usage'>): Promise<void> }>
}

export function createPatron({ db, accounts, account: email, maxBytes }: PatronParts): Patron {
  const full = () => fault('QUOTA_EXCEEDED', { reason: `the account that pays for such uploads may hold ${bytesInWords(maxBytes)}` })

  return {
    async take() {
      const account = await accounts.ensure(email)
      if (account.suspended) throw fault('ACCOUNT_SUSPENDED')
      const leftIn = async (r: Pick<Reader, 'usage'>) => maxBytes - (await r.usage.of(account.id)).bytes - (await r.usage.waiting(account.id))
      const left = await db.read(leftIn)
      if (left <= 0) throw full()
      const demandRoom = async (r: Pick<Reader, 'usage'>) => {
        if ((await leftIn(r)) < 0) throw full()
      }
      return { principal: { account, scopes: new Set(['upload'] as const), keyName: 'metaplex' }, left, demandRoom }
    },
  }
}
