import { sql } from 'kysely'
import type { Log } from '../../ports/log.ts'
import type { Notices } from '../engine.ts'
import { channel, listen } from './listen.ts'

/** PostgreSQL delivers a notification at the commit of its transaction, to this process like to any other. */
export function postgresNotices(url: string, log: Log | undefined): Notices {
  const listeners = new Set<() => void>()
  let stop: (() => Promise<void>) | undefined
  return {
    async announce(q) {
      await sql`select pg_notify(${channel}, '')`.execute(q)
    },
    committed() {},
    listen(listener) {
      const own = () => listener()
      listeners.add(own)
      stop ??= listen(url, () => listeners.forEach((each) => each()), log)
      return () => listeners.delete(own)
    },
    async close() {
      listeners.clear()
      await stop?.()
    },
  }
}
