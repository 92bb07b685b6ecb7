import type { Dialect, Kysely } from 'kysely'
import type { Kind } from './session.ts'
import type { Tables } from './tables.ts'

/** What differs between the two databases, beside the SQL of a few queries. */
export interface Engine {
  kind: Kind
  dialect: Dialect
  notices: Notices
  /** As in the port. */
  copyTo?(file: string): Promise<void>
  /** While what was committed may be lost still. Rejects where it was. */
  unsynced(): Promise<void> | undefined
}

/** How processes hear that a job was enqueued. A hint: one that is lost is made up for by those who look now and then. */
export interface Notices {
  /** After the commit of a transaction that enqueued. Many in a row are told as one. */
  committed(q: Kysely<Tables>): void
  listen(listener: () => void): () => void
  close(): Promise<void>
}
