import type { Config } from '../../config/config.ts'
import { createKeys, ensureAccount, type Keys } from '../../domain/accounts/index.ts'
import { fault } from '../../kernel/faults.ts'
import type { Db, KeyRow } from '../../ports/db/index.ts'
import { openTokens } from '../../services/tokens/index.ts'
import { systemClock } from '../clock.ts'
import { openDatabase } from '../database.ts'

export interface KeyOptions {
  account: string
  name: string
  scopes?: string[]
  /** `2027-01-31`, an instant, or a time from now: `12h`, `90d`, `4w`. */
  expires?: string
}

/** Makes a key for an account, which is made where absent; returns the token. */
export function createKey(config: Config, { account: email, expires, ...wish }: KeyOptions): Promise<string> {
  return withKeys(config, async (keys, db) => {
    const now = systemClock.now()
    const account = await db.write((w) => ensureAccount(w, email, 'user', now))
    return (await keys.create(account, { ...wish, expires: expires === undefined ? undefined : endOf(expires, now) })).token
  })
}

const slice = 200

/** One line a key: id, last characters, name, scopes, and its times. */
export function listKeys(config: Config, email: string): Promise<string> {
  return withKeys(config, async (_, db) => {
    const account = await db.read((r) => r.accounts.byEmail(email.trim().toLowerCase()))
    if (!account) throw fault('NOT_FOUND', { what: `account of ${email}` })
    const lines: string[] = []
    for (let after: string | undefined; ; ) {
      const page = await db.read((r) => r.keys.ofAccount(account.id, { limit: slice, after }))
      lines.push(...page.map(lineOf))
      if (page.length < slice) return lines.join('')
      after = page.at(-1)!.id
    }
  })
}

/** A running server refuses it within a second. */
export function revokeKey(config: Config, id: string): Promise<void> {
  return withKeys(config, (keys) => keys.revokeAny(id))
}

async function withKeys<T>(config: Config, work: (keys: Keys, db: Db) => Promise<T>): Promise<T> {
  const db = await openDatabase(config)
  try {
    return await work(createKeys({ db, tokens: await openTokens(db, config.http.publicUrl), clock: systemClock }), db)
  } finally {
    await db.close()
  }
}

function lineOf({ id, tail, name, scopes, created, expires, lastUsed }: KeyRow): string {
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 16)
  const times = [`made ${day(created)}`, expires !== undefined && `ends ${day(expires)}`, lastUsed === undefined ? 'never used' : `used ${day(lastUsed)}`]
  // A name may have anything in it but what would end its line.
  return `${id}  …${tail}  ${JSON.stringify(name)}  ${scopes.join(',')}  ${times.filter(Boolean).join(', ')}\n`
}

const lengths = { h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

function endOf(text: string, now: number): number {
  const [, count, unit] = /^(\d{1,5})([hdw])$/.exec(text) ?? []
  const time = count === undefined ? Date.parse(text) : now + Number(count) * lengths[unit as keyof typeof lengths]
  if (Number.isNaN(time)) throw fault('INVALID_REQUEST', { reason: `"${text}" is neither a time such as 2027-01-31 nor one from now such as 90d` })
  return time
}
