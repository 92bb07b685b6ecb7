import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { openDb } from '../db/index.ts'

/** The configured database, its schema up to date. */
export async function openDatabase(config: Config) {
  await mkdir(config.dataFolder, { recursive: true, mode: 0o700 })
  const db = await openDb({ url: config.databaseUrl ?? join(config.dataFolder, 'thole.sqlite') })
  try {
    await db.migrate()
    return db
  } catch (error) {
    await db.close()
    throw error
  }
}
