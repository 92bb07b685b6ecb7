import { type Kysely, sql } from 'kysely'
import { fault } from '../kernel/faults.ts'
import { migrations } from './migrations/index.ts'
import { textsFor } from './migrations/statement.ts'
import type { Kind } from './session.ts'
import type { Tables } from './tables.ts'

/** Any number that no other program on the same database uses. */
const lockKey = 7_408_065

/**
 * Applies what is missing, all of it in one transaction; both databases roll back changes of the schema. Racing processes wait for each
 * other: SQLite at `begin immediate`, PostgreSQL at an advisory lock.
 */
export async function migrate(db: Kysely<Tables>, kind: Kind): Promise<string[]> {
  return db.transaction().execute(async (q) => {
    if (kind === 'postgres') await sql`select pg_advisory_xact_lock(${lockKey})`.execute(q)
    await q.schema
      .createTable('schema_migration')
      .ifNotExists()
      .addColumn('name', 'text', (c) => c.primaryKey())
      .addColumn('applied', 'bigint', (c) => c.notNull())
      .execute()
    const missing = await missingIn(q)
    for (const { name, statements } of missing) {
      for (const text of textsFor(kind, statements)) await sql.raw(text).execute(q)
      await q.insertInto('schema_migration').values({ name, applied: Date.now() }).execute()
    }
    return missing.map(({ name }) => name)
  })
}

/** Names of what is missing; all, where there is no table that says what is there. */
export async function pendingIn(db: Kysely<Tables>): Promise<string[]> {
  const isNew = !(await db.introspection.getTables()).some(({ name }) => name === 'schema_migration')
  return (isNew ? migrations : await missingIn(db)).map(({ name }) => name)
}

async function missingIn(q: Kysely<Tables>): Promise<typeof migrations> {
  const applied = (await q.selectFrom('schema_migration').select('name').execute()).map(({ name }) => name)
  const unknown = applied.find((name) => !migrations.some((migration) => migration.name === name))
  if (unknown !== undefined) throw fault('CONFLICT', { reason: `the database was made by a newer version of Thole (${unknown})` })
  return migrations.filter(({ name }) => !applied.includes(name))
}
