import { fault } from '../../kernel/faults.ts'
import { secretHash } from '../../kernel/secrets.ts'
import { checkName } from '../../kernel/names.ts'
import { defaultScopes, isScope, type Scope } from '../../kernel/scopes.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Account, Db, KeyRow } from '../../ports/db/index.ts'
import type { Tokens } from '../../ports/tokens.ts'
import { demand, type Principal } from '../access/index.ts'
import { recentPrincipals } from './recent.ts'

export interface KeysParts {
  db: Db
  tokens: Tokens
  clock: Clock
}

export interface CreatedKey extends KeyRow {
  /** Shown once, stored nowhere. */
  token: string
}

export interface Keys {
  /** Without `scopes`: all that a key has by default. */
  create(account: Account, wish: { name: string; scopes?: readonly string[] }): Promise<CreatedKey>
  /** As `create`, on behalf of somebody: never with scopes that the maker lacks. */
  createBy(principal: Principal, wish: { name: string; scopes?: readonly string[] }): Promise<CreatedKey>
  list(principal: Principal): Promise<KeyRow[]>
  /** Fault NOT_FOUND. Works from the very next request on; in other processes a second later. */
  revoke(principal: Principal, id: string): Promise<void>
  /** Faults UNAUTHENTICATED, ACCOUNT_SUSPENDED. */
  authenticate(token: string): Promise<Principal>
}

const touchEvery = 60_000

export function createKeys({ db, tokens, clock }: KeysParts): Keys {
  const recent = recentPrincipals(clock)

  async function create(account: Account, wish: { name: string; scopes?: readonly string[] }): Promise<CreatedKey> {
    const scopes = parseScopes(wish.scopes)
    const name = wish.name.trim()
    checkName(name)
    if (name === '') throw fault('INVALID_REQUEST', { reason: 'a key needs a name' })
    const id = crypto.randomUUID()
    const created = clock.now()
    const token = await tokens.mint({ id, accountId: account.id, scopes }, created)
    const row: KeyRow = { id, accountId: account.id, name, scopes, hash: secretHash(token), tail: token.slice(-6), created }
    await db.write((w) => w.keys.insert(row))
    return { ...row, token }
  }

  async function authenticate(token: string): Promise<Principal> {
    const claims = await tokens.verify(token)
    if (!claims) throw fault('UNAUTHENTICATED', { reason: 'this key is not known here' })
    const { row, account } = await db.read(async (r) => ({ row: await r.keys.byId(claims.id), account: await r.accounts.byId(claims.accountId) }))
    if (!row || !account || row.hash !== secretHash(token)) throw fault('UNAUTHENTICATED', { reason: 'this key is not known here' })
    if (row.revoked !== undefined) throw fault('UNAUTHENTICATED', { reason: 'this key was revoked' })
    if (account.suspended) throw fault('ACCOUNT_SUSPENDED')
    const now = clock.now()
    if (now - (row.lastUsed ?? 0) > touchEvery) await db.write((w) => w.keys.touch(row.id, now))
    return { account, scopes: new Set(row.scopes.filter(isScope)), keyId: row.id, keyName: row.name }
  }

  return {
    create,
    async createBy(principal, wish) {
      demand(principal, 'account')
      for (const scope of parseScopes(wish.scopes)) demand(principal, scope)
      return create(principal.account, wish)
    },
    async list(principal) {
      demand(principal, 'account')
      return db.read((r) => r.keys.ofAccount(principal.account.id))
    },
    async revoke(principal, id) {
      demand(principal, 'account')
      const found = await db.write((w) => w.keys.revoke(principal.account.id, id, clock.now()))
      recent.forget()
      if (!found) throw fault('NOT_FOUND', { what: 'key of that id' })
    },
    authenticate: (token) => recent.of(token, () => authenticate(token)),
  }
}

function parseScopes(wanted: readonly string[] | undefined): Scope[] {
  if (wanted === undefined || wanted.length === 0) return [...defaultScopes]
  return wanted.map((scope) => {
    if (!isScope(scope)) throw fault('INVALID_REQUEST', { reason: `"${scope}" is not a scope` })
    return scope
  })
}
