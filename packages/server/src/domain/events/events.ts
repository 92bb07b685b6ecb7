import { activityKinds, isAudit, type EventKind } from '../../kernel/event-kinds.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db, Event } from '../../ports/db/index.ts'
import type { Log } from '../../ports/log.ts'
import { demand, demandAccountReading, type Principal } from '../access/index.ts'
import { auditOf, type AuditEntry, type AuditPage } from './audit.ts'
import { gatherNotes } from './gather.ts'
import { liveEvents, type Live, type LiveParts } from './live.ts'
import { retireEvents, type RetireLimits } from './retire.ts'
import { eventWords } from './words.ts'

export interface EventsParts extends RetireLimits {
  db: Db
  clock: Clock
  log: Log
  live?: LiveParts['limits']
}

export interface EventPage {
  /** `all`: of every account, and of the instance; for admins, as `instance` is. */
  of: 'account' | 'instance' | 'all'
  kinds?: readonly EventKind[]
  /** Ids strictly below. */
  before?: number
  limit: number
}

export interface EventView extends Event {
  words: string
}

/** What happened, and what happens. */
export interface Events {
  /** Newest first. */
  list(principal: Principal, page: EventPage): Promise<EventView[]>
  /** Who did what that concerns security; for admins. */
  audit(principal: Principal, page: AuditPage): Promise<AuditEntry[]>
  /** From now on, or from behind the event that was seen last; ends with the signal. Fault RATE_LIMITED. */
  follow(principal: Principal, options: { after?: number; signal: AbortSignal }): Promise<AsyncIterable<Live>>
  /** Ends all who follow, so that nobody waits for them. */
  endFollowing(): void
  close(): Promise<void>
}

const hour = 3_600_000

export function createEvents({ db, clock, log, ttl, live: limits }: EventsParts): Events {
  const live = liveEvents({ db, clock, log, limits })
  const gatherer = gatherNotes({ db, clock, log, onWritten: live.look })
  const ended = new AbortController()
  const retiring = setInterval(() => {
    retireEvents(db, clock, { ttl }, ended.signal).catch((error: unknown) => {
      if (!ended.signal.aborted) log.warn({ error }, 'old events could not be forgotten')
    })
  }, hour).unref()

  return {
    async list(principal, { of, limit, ...filter }) {
      if (of === 'account') demandAccountReading(principal)
      else demand(principal, 'admin')
      const accountId = of === 'account' ? principal.account.id : of === 'instance' ? null : undefined
      const found = await db.read((r) => r.events.list({ ...filter, accountId }, limit))
      return found.map((event) => ({ ...event, words: eventWords(event) }))
    },

    audit: (principal, page) => auditOf(db, principal, page),

    follow: (principal, options) => live.follow({ ...options, accountId: principal.account.id, sees: (event) => maySee(principal, event) }),

    endFollowing: live.close,

    async close() {
      clearInterval(retiring)
      ended.abort()
      live.close()
      await gatherer.close()
    },
  }
}

/** Of the own account what the scopes let one read anyway; an admin also what happens to the instance, and what concerns the security of others. */
function maySee({ account, scopes, role }: Principal, { accountId, kind }: Event): boolean {
  if (accountId !== account.id) return scopes.has('admin') && (accountId === undefined || isAudit(kind))
  if (!(activityKinds as readonly string[]).includes(kind)) return scopes.has('account') || role === 'member'
  return scopes.has(kind.startsWith('upload.') ? 'upload' : 'pins:read')
}
