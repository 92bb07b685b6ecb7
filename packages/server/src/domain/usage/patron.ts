import { fault } from '../../kernel/faults.ts'
import type { Accounts } from '../accounts/index.ts'
import type { Principal } from '../access/index.ts'
import type { Caps } from './caps.ts'

export interface PatronParts {
  accounts: Pick<Accounts, 'ensure'>
  /** E-mail of the account that pays. */
  account: string
  /** Bytes that it may come to hold. */
  maxBytes: number
  /** Uploads that it may come to have. */
  maxUploads: number
}

/** An account that takes uploads of people who have none. */
export interface Patron {
  /** Who uploads for them, and what that account may come to hold. Fault ACCOUNT_SUSPENDED. */
  take(): Promise<{ principal: Principal; caps: Caps }>
}

export function createPatron({ accounts, account: email, maxBytes, maxUploads }: PatronParts): Patron {
  const caps: Caps = { bytes: maxBytes, blocks: Infinity, uploads: maxUploads, of: 'the account that pays for such uploads' }
  return {
    async take() {
      const account = await accounts.ensure(email)
      if (account.suspended) throw fault('ACCOUNT_SUSPENDED')
      return { principal: { account, scopes: new Set(['upload'] as const), keyName: 'metaplex' }, caps }
    },
  }
}
