import type { Log } from '../../ports/log.ts'
import type { Engine } from '../engine.ts'
import { postgresNotices } from './notices.ts'
import { postgresDialect } from './pool.ts'

export function openPostgres(url: string, log: Log | undefined): Engine {
  return { kind: 'postgres', dialect: postgresDialect(url, log), notices: postgresNotices(url, log), unsynced: () => undefined }
}
