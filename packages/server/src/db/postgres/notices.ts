import { type Kysely, sql } from 'kysely'
import type { Log } from '../../ports/log.ts'
import type { Notices } from '../engine.ts'
import { gathered } from '../gathered.ts'
import type { Tables } from '../tables.ts'
import { channel, listen } from './listen.ts'

/**
 * PostgreSQL tells every process, this one like any other. Not in the transactions that enqueue: those that notify commit one after the other
 * (postgresql.org/docs/current/sql-notify.html).
 */
export function postgresNotices(url: string, log: Log | undefined): Notices {
  const listeners = new Set<() => void>()
  let on: Kysely<Tables> | undefined
  let told: Promise<unknown> = Promise.resolve()
  let stop: (() => Promise<void>) | undefined
  const telling = gathered(() => {
    if (on) told = sql`select pg_notify(${channel}, '')`.execute(on).catch((error: unknown) => log?.warn({ error }, 'could not tell of a job'))
  })
  return {
    committed(q) {
      on = q
      telling.ask()
    },
    listen(listener) {
      const own = () => listener()
      listeners.add(own)
      stop ??= listen(url, () => listeners.forEach((each) => each()), log)
      return () => listeners.delete(own)
    },
    async close() {
      telling.stop()
      await told
      listeners.clear()
      await stop?.()
    },
  }
}
