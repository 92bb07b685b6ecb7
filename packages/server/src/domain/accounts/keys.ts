import { fault } from '../../kernel/faults.ts'
import { groupsOf, isScope } from '../../kernel/scopes.ts'
import { secretHash } from '../../kernel/secrets.ts'
import { count } from '../../kernel/words.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Account, Db, EventActor, KeyRow, Reader, Writer } from '../../ports/db/index.ts'
import type { Tokens } from '../../ports/tokens.ts'
import { actorOf, demand, demandAccountReading, type Principal } from '../access/index.ts'
import { checkKeyWish, type CheckedKeyWish, type KeyWish } from './key-wish.ts'
import { noteLastUses } from './last-uses.ts'
import { recentPrincipals } from './recent.ts'
import { demandStillIn } from './still-in.ts'

export interface KeysParts {
  db: Db
  tokens: Tokens
  clock: Clock
  /** Keys that an account may make for itself; undefined: any number. Default: any number. */
  mostKeys?(account: Account): number | undefined
}

export interface CreatedKey extends KeyRow {
  /** Shown once, stored nowhere. */
  token: string
}

export interface KeyPage {
  limit: number
  /** Id of the last one of the page before. */
  after?: string
}

export interface Keys {
  /** By the operator. */
  create(account: Account, wish: KeyWish): Promise<CreatedKey>
  /** On behalf of somebody: never with scopes that the maker lacks, and never beyond the end of the key that makes it, which is its end where none is asked for. */
  createBy(principal: Principal, wish: KeyWish): Promise<CreatedKey>
  /** Newest first. */
  list(principal: Principal, page: KeyPage): Promise<{ count: number; keys: KeyRow[] }>
  /** Fault NOT_FOUND. Works from the very next request on; in other processes a second later. */
  revoke(principal: Principal, id: string): Promise<void>
  /** As `revoke`, of any account, by the operator. */
  revokeAny(id: string): Promise<void>
  /** Faults UNAUTHENTICATED, ACCOUNT_SUSPENDED, and UNAVAILABLE where the database is out of reach. */
  authenticate(token: string): Promise<Principal>
  /** What was looked up is looked up again: an account has changed. */
  forget(): void
  close(): Promise<void>
}

const operator: EventActor = { kind: 'system', name: 'tholed' }

export function createKeys({ db, tokens, clock, mostKeys = () => undefined }: KeysParts): Keys {
  const recent = recentPrincipals(clock)
  const lastUses = noteLastUses(db)

  async function make(account: Account, { name, scopes, expires }: CheckedKeyWish, by?: Principal): Promise<CreatedKey> {
    const id = crypto.randomUUID()
    const created = clock.now()
    const token = await tokens.mint({ id, accountId: account.id, scopes, groups: groupsOf(scopes), issued: created, expires })
    const row: KeyRow = { id, accountId: account.id, name, scopes, hash: secretHash(token), tail: token.slice(-6), created, expires }
    await db.write(async (w) => {
      const most = by && mostKeys(account)
      if (most !== undefined) await demandRoom(w, account, most)
      await w.events.insert({ accountId: account.id, kind: 'key.created', actor: by ? actorOf(by) : operator, at: created, data: { id, name, scopes, tail: row.tail, expires } })
      if (by) await demandStillIn(w, by)
      await w.keys.insert({ ...row, madeBy: by && (await makerOf(w, by)) })
    })
    return { ...row, token }
  }

  async function revoke(id: string, actor: EventActor, owner?: string): Promise<void> {
    const now = clock.now()
    try {
      await db.write(async (w) => {
        const found = await w.keys.byId(id)
        const accountId = owner ?? found?.account.id
        if (!found || accountId === undefined || !(await w.keys.revoke(accountId, id, now))) throw fault('NOT_FOUND', { what: 'key of that id' })
        await w.events.insert({ accountId, kind: 'key.revoked', actor, at: now, data: { id, name: found.key.name, tail: found.key.tail } })
      })
    } finally {
      recent.forget()
    }
  }

  async function lookUp(token: string): Promise<Principal> {
    const id = tokens.idOf(token)
    const found = id === undefined ? undefined : await db.read((r) => r.keys.byId(id))
    // Its hash is that of the whole text, so that no other text is this key, whoever signed it.
    if (found === undefined || found.key.hash !== secretHash(token)) throw refused('this key is not known here')
    const { key, account } = found
    if (key.revoked !== undefined) throw refused('this key was revoked')
    const now = clock.now()
    if (key.expires !== undefined && key.expires <= now) throw refused('this key has ended')
    if (account.suspended) throw fault('ACCOUNT_SUSPENDED')
    lastUses.note(key, now)
    return { account, scopes: new Set(key.scopes.filter(isScope)), keyId: key.id, keyName: key.name, ...(key.expires !== undefined && { expires: key.expires }) }
  }

  return {
    create: async (account, wish) => make(account, checkKeyWish(wish, clock.now())),

    async createBy(principal, wish) {
      demand(principal, 'account')
      const checked = checkKeyWish({ ...wish, expires: wish.expires ?? principal.expires }, clock.now())
      for (const scope of checked.scopes) demand(principal, scope)
      if (principal.expires !== undefined && checked.expires! > principal.expires) throw fault('INVALID_REQUEST', { reason: `a key does not outlive the key that makes it, which ends at ${new Date(principal.expires).toISOString()}` })
      return make(principal.account, checked, principal)
    },

    async list(principal, page) {
      demandAccountReading(principal)
      const { id } = principal.account
      return db.read(async (r) => ({ count: await r.keys.count(id), keys: await r.keys.ofAccount(id, page) }))
    },

    async revoke(principal, id) {
      demand(principal, 'account')
      await revoke(id, actorOf(principal), principal.account.id)
    },

    revokeAny: (id) => revoke(id, operator),
    authenticate: (token) => recent.of(token, () => lookUp(token)),
    forget: recent.forget,
    close: lastUses.close,
  }
}

async function makerOf(r: Reader, { member, keyId }: Principal): Promise<string | undefined> {
  return member ? member.id : keyId === undefined ? undefined : (await r.keys.byId(keyId))?.key.madeBy
}

function refused(reason: string) {
  return fault('UNAUTHENTICATED', { reason })
}

async function demandRoom(w: Writer, { id }: Account, most: number): Promise<void> {
  await w.quotas.lock(id)
  if ((await w.keys.count(id)) >= most) throw fault('CONFLICT', { reason: `the plan of this account allows ${count(most, 'key')}; revoke one that you do not need` })
}
