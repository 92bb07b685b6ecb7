import { type Selectable, sql } from 'kysely'
import { isAudit, type EventKind } from '../../kernel/event-kinds.ts'
import type { Event, EventActor, EventData, EventReads, EventWrites, NewEvent } from '../../ports/db/index.ts'
import type { Session } from '../session.ts'
import { slices } from '../slices.ts'
import type { Tables } from '../tables.ts'

/** Any number that is no other lock's. */
const orderLock = 0x7e0e7e
/** Rows that one look back passes over. */
const stride = 20_000

export function eventQueries({ q, kind: database, noted }: Session): EventReads & EventWrites {
  const all = q.selectFrom('event')

  /** Ids become visible in their order: in PostgreSQL one transaction after the other adds events. */
  async function nextId(): Promise<number> {
    if (database === 'postgres') await sql`select pg_advisory_xact_lock(${orderLock})`.execute(q)
    return (await lastId()) + 1
  }

  async function lastId(): Promise<number> {
    return (await all.select('id').orderBy('id', 'desc').limit(1).executeTakeFirst())?.id ?? 0
  }

  async function insertAll(events: readonly NewEvent[]): Promise<number[]> {
    const first = await nextId()
    const rows = events.map((event, i) => toRow(event, first + i))
    for (const slice of slices(rows, 100)) await q.insertInto('event').values(slice).execute()
    return rows.map(({ id }) => id)
  }

  /** The id of the event that so many of its sort are newer than; found by strides, so that nobody waits for long. */
  async function beyond(audit: number, keep: number): Promise<number> {
    let newest = Number.MAX_SAFE_INTEGER
    for (let left = keep; ; left -= stride) {
      const older = all.select('id').where('audit', '=', audit).where('id', '<=', newest).orderBy('id', 'desc')
      const row = await older.offset(Math.min(left, stride)).limit(1).executeTakeFirst()
      if (row === undefined || left <= stride) return row?.id ?? 0
      newest = row.id
    }
  }

  return {
    async list({ accountId, kinds, audit, before }, limit) {
      let found = all.selectAll().orderBy('id', 'desc').limit(limit)
      if (accountId === null) found = found.where('account_id', 'is', null)
      else if (accountId !== undefined) found = found.where('account_id', '=', accountId)
      if (audit) found = found.where('audit', '=', 1)
      if (kinds) found = found.where('kind', 'in', kinds)
      if (before !== undefined) found = found.where('id', '<', before)
      return (await found.execute()).map(toEvent)
    },

    after: async (id, limit) => (await all.selectAll().where('id', '>', id).orderBy('id').limit(limit).execute()).map(toEvent),

    lastId,

    insert: async (event) => (await insertAll([event]))[0]!,

    note: noted,

    async gathered(events) {
      const ids = events.length > 0 ? await insertAll(events) : []
      const replaced = events.map(({ replaces }) => replaces).filter((id) => id !== undefined)
      for (const slice of slices(replaced)) await q.deleteFrom('event').where('id', 'in', slice).execute()
      return ids
    },

    async retire(what, { before, keep, limit }) {
      const audit = what === 'audit' ? 1 : 0
      const last = await lastId()
      const cut = await beyond(audit, keep)
      const oldest = await all.select(['id', 'at']).where('audit', '=', audit).where('id', '<', last).orderBy('id').limit(limit).execute()
      const old = oldest.filter(({ id, at }) => at < before || id <= cut).map(({ id }) => id)
      for (const slice of slices(old)) await q.deleteFrom('event').where('id', 'in', slice).execute()
      return old.length
    },
  }
}

type Row = Selectable<Tables['event']>

function toRow({ accountId, kind, actor, at, data = {} }: NewEvent, id: number): Row {
  const who = { actor: actor.kind, actor_id: actor.id ?? null, actor_name: actor.name ?? null }
  return { id, account_id: accountId ?? null, kind, audit: isAudit(kind) ? 1 : 0, at, ...who, data: JSON.stringify(data) }
}

function toEvent({ id, account_id, kind, at, actor, actor_id, actor_name, data }: Row): Event {
  const who: EventActor = { kind: actor, id: actor_id ?? undefined, name: actor_name ?? undefined }
  return { id, accountId: account_id ?? undefined, kind: kind as EventKind, at, actor: who, data: JSON.parse(data) as EventData }
}
