import type { Db } from '../../ports/db/index.ts'

/** One database for a suite. */
export interface Place {
  /** Opens another instance on the same database, as another process would. */
  open(): Promise<Db>
  /** Called when every instance is closed. */
  remove(): Promise<void>
}

/** What a contract's tests run against. The instances of a suite share one database, so that tests use rows of their own. */
export interface Subject {
  db(): Db
  /** A second instance on the same database. */
  other(): Db
  /** A further one, to be closed by the test. */
  open(): Promise<Db>
}
