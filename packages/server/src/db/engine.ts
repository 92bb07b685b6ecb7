import type { Dialect, Kysely } from 'kysely'
import type { Kind } from './session.ts'
import type { Tables } from './tables.ts'

/** What differs between the two databases, beside the SQL of a few queries. */
export interface Engine {
  kind: Kind
  dialect: Dialect
  notices: Notices
}

/** How processes hear that a job was enqueued. */
export interface Notices {
  /** Part of the transaction that enqueued. */
  announce(q: Kysely<Tables>): Promise<void>
  /** After its commit. */
  committed(): void
  listen(listener: () => void): () => void
  close(): Promise<void>
}
