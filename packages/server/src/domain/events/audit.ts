import type { AuditKind } from '../../kernel/event-kinds.ts'
import type { Db, Event } from '../../ports/db/index.ts'
import { demand, type Principal } from '../access/index.ts'
import { eventWords } from './words.ts'

export interface AuditPage {
  kinds?: readonly AuditKind[]
  /** E-mail address or id of an account; undefined: of all, and of the instance. */
  account?: string
  /** Ids strictly below. */
  before?: number
  limit: number
}

export interface AuditEntry extends Event {
  words: string
  /** E-mail address of the account that it concerns. */
  email?: string
}

/** Who did what, of all that concerns security. Newest first; for admins. */
export async function auditOf(db: Db, principal: Principal, { kinds, account, before, limit }: AuditPage): Promise<AuditEntry[]> {
  demand(principal, 'admin')
  return db.read(async (r) => {
    const accountId = account === undefined ? undefined : ((await r.accounts.byEmail(account.trim().toLowerCase()))?.id ?? account)
    const found = await r.events.list({ accountId, kinds, audit: true, before }, limit)
    const emails = await r.accounts.emails([...new Set(found.flatMap((event) => event.accountId ?? []))])
    return found.map((event) => ({ ...event, words: eventWords(event), email: event.accountId && emails.get(event.accountId) }))
  })
}
