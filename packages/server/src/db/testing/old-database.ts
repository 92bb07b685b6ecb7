import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { testDatabase, type TestDatabase } from '../../../../../test/support/database.ts'

/** A database as these statements leave it, of each kind: what opening it again, with today's schema, makes of it. `expectMigrated` is handed its URL. */
export function describeOldDatabase(name: string, statements: readonly string[], expectMigrated: (url: string) => Promise<void>): void {
  describe(name, () => {
    let folder: string
    let database: TestDatabase
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'thole-db-'))
      database = await testDatabase()
    })
    afterAll(async () => {
      await database.drop()
      await rm(folder, { recursive: true })
    })

    it('on SQLite', async () => {
      const path = join(folder, 'old.db')
      const file = new DatabaseSync(path)
      file.exec(`begin; ${statements.join(';')}; commit`)
      file.close()
      await expectMigrated(path)
    })

    it('on PostgreSQL', async () => {
      const client = new pg.Client({ connectionString: database.url })
      await client.connect()
      await client.query(statements.join(';'))
      await client.end()
      await expectMigrated(database.url)
    })
  })
}
