import type { Config } from '../../config/config.ts'
import { createKeys, ensureAccount } from '../../domain/accounts/index.ts'
import { openTokens } from '../../services/tokens/index.ts'
import { systemClock } from '../clock.ts'
import { openDatabase } from '../database.ts'

/** Makes a key for an account, which is made where absent; returns the token. */
export async function createKey(config: Config, wish: { account: string; name: string; scopes?: string[] }): Promise<string> {
  const db = await openDatabase(config)
  try {
    const keys = createKeys({ db, tokens: await openTokens(db), clock: systemClock })
    const account = await db.write((w) => ensureAccount(w, wish.account, 'user', systemClock.now()))
    return (await keys.create(account, wish)).token
  } finally {
    await db.close()
  }
}
