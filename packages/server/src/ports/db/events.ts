import type { ActivityKind, AuditKind, EventKind } from '../../kernel/event-kinds.ts'

/** Who did it. `name`: an e-mail address or the name of a key, as it was then. */
export interface EventActor {
  kind: 'member' | 'key' | 'system'
  id?: string
  name?: string
}

/** Facts in JSON, by the kind; few and short, and never a secret. */
export type EventData = Readonly<Record<string, unknown>>

export interface NewEvent<Kind extends EventKind = EventKind> {
  /** Whom it concerns; undefined: the instance. */
  accountId?: string
  kind: Kind
  actor: EventActor
  at: number
  data?: EventData
}

/** `id` grows: whoever has seen one has seen, or may have, every lower one. */
export interface Event extends NewEvent {
  id: number
  data: EventData
}

/** One of what happens often. */
export interface Note {
  accountId: string
  kind: ActivityKind
  actor: EventActor
  at: number
  /** What it happened to. */
  sample?: { cid?: string; name?: string }
  /** Default 1. */
  count?: number
}

export interface EventFilter {
  /** Undefined: of all accounts and the instance; null: of the instance alone. */
  accountId?: string | null
  kinds?: readonly EventKind[]
  /** Those alone that must be known later. */
  audit?: true
  /** Ids strictly below. */
  before?: number
}

export interface EventReads {
  /** Newest first. */
  list(filter: EventFilter, limit: number): Promise<Event[]>
  /** Of all accounts and the instance, in the order of their ids, behind the given one. */
  after(id: number, limit: number): Promise<Event[]>
  /** Of the newest; 0 where there is none. */
  lastId(): Promise<number>
}

export interface EventWrites {
  /** Where it locks, the whole table for others who insert: as late in the transaction as may be. Returns the id. */
  insert(event: NewEvent<AuditKind>): Promise<number>
  /** Tells of it after the commit, at no cost for the transaction; lost where the process dies within a second. */
  note(note: Note): void
  /** Writes together what was noted, in the place of what it goes on from (`replaces`). Returns the ids, in their order. */
  gathered(events: readonly (NewEvent<ActivityKind> & { replaces?: number })[]): Promise<number[]>
  /** Removes up to `limit` of the oldest: those before `before`, and those beyond the newest `keep`. The newest of all stays. Returns how many. */
  retire(what: 'audit' | 'activity', ends: { before: number; keep: number; limit: number }): Promise<number>
}
