import type { CompiledQuery, Kysely, QueryResult } from 'kysely'
import type { Note } from '../ports/db/index.ts'
import type { Tables } from './tables.ts'

export type Kind = 'sqlite' | 'postgres'

/** What a query needs: where to run, and on which of the two databases. */
export interface Session {
  readonly q: Kysely<Tables>
  readonly kind: Kind
  /** Runs what is built already. */
  run<R>(query: CompiledQuery<R>): Promise<QueryResult<R>>
  /** Called where a job was enqueued; listeners hear of it after the commit. */
  jobEnqueued(): void
  /** Told to listeners after the commit. */
  noted(note: Note): void
}
