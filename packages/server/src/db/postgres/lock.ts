import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { fault } from '../../kernel/faults.ts'
import type { Log } from '../../ports/log.ts'
import { dbFault } from '../faults.ts'
import { connectionOf } from './pool.ts'

export interface LockOptions {
  url: string
  /** Called once, when the lock went with a broken connection and another process took it. */
  onLost: (words: string) => void
  /** Milliseconds that the database may take to notice that the last holder is gone; default 3000. */
  patience?: number
  log?: Log
}

/** Any numbers that no other program on the same database uses. */
const key = [7_408_065, 1]
/** Milliseconds between two tries, and where the database is away. */
const pause = 100
const pauseAway = 2_000

/**
 * Takes the database for one server alone, or throws CONFLICT naming the process that has it. Returns what releases it.
 *
 * The lock is PostgreSQL's, of a connection that does nothing else: it ends with the process, however that ends. When the connection
 * breaks it is made anew; while the database is away nobody can do harm in it.
 */
export async function lockDatabase(options: LockOptions): Promise<() => Promise<void>> {
  const { onLost, log } = options
  let released = false
  let client = await take(options)
  let retaking: Promise<void> | undefined

  function watch(): void {
    client.on('error', (error) => log?.warn({ error }, 'the connection that holds the lock of the database broke'))
    client.once('end', () => {
      if (!released) retaking = retake()
    })
  }

  async function retake(): Promise<void> {
    while (!released) {
      try {
        client = await take(options)
        return watch()
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'CONFLICT') return onLost(error.message)
        log?.warn({ error }, 'cannot take the lock of the database')
        await sleep(pauseAway, undefined, { ref: false })
      }
    }
  }

  watch()
  return async () => {
    released = true
    await retaking
    await client.end()
  }
}

async function take({ url, patience = 3_000 }: LockOptions): Promise<pg.Client> {
  // The name is what another process is told about this one.
  const client = new pg.Client({ ...connectionOf(url), application_name: `process ${process.pid} on ${hostname()}`.slice(0, 63) })
  try {
    await client.connect()
    // A machine that is gone without a word loses the lock within a minute.
    await client.query('set tcp_keepalives_idle = 30; set tcp_keepalives_interval = 10; set tcp_keepalives_count = 3')
    const end = performance.now() + patience
    while (!(await isTaken(client))) {
      if (performance.now() > end) throw fault('CONFLICT', { reason: `the database is in use by another server, ${await holderOf(client)}; servers share one only with THOLE_BLOCKS=s3://…` })
      await sleep(pause)
    }
    return client
  } catch (error) {
    await client.end().catch(() => undefined)
    throw dbFault(error)
  }
}

async function isTaken(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1, $2) as taken', key)
  return rows[0]!.taken
}

async function holderOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `select a.application_name as name from pg_locks l join pg_stat_activity a on a.pid = l.pid
     where l.locktype = 'advisory' and l.classid = $1 and l.objid = $2 and l.objsubid = 2 and l.granted
       and l.database = (select oid from pg_database where datname = current_database())`,
    key,
  )
  return rows[0]?.name ?? 'which has just ended'
}
