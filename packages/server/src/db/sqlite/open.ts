import type { Engine } from '../engine.ts'
import { sqliteDialect } from './dialect.ts'
import { openFiles } from './files.ts'
import { sqliteNotices } from './notices.ts'

export function openSqlite(path: string): Engine {
  const files = openFiles(path)
  return { kind: 'sqlite', dialect: sqliteDialect(files), notices: sqliteNotices(files.writer.connection), unsynced: () => files.log.settled, copyTo: files.copyTo }
}
