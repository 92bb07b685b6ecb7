import { type Dialect, type Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import { SqliteDriver } from './driver.ts'
import type { Files } from './files.ts'

/** Kysely on node:sqlite. */
export function sqliteDialect(files: Files): Dialect {
  return {
    createDriver: () => new SqliteDriver(files),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new Adapter(),
    createIntrospector: (db: Kysely<never>) => new SqliteIntrospector(db),
  }
}

/** The driver lets reads pass a transaction that is open, and orders the writers itself. */
class Adapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true
  }

  override get supportsTransactionalDdl(): boolean {
    return true
  }
}
