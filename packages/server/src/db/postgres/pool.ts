import { type Dialect, PostgresDialect, type PostgresPoolClient } from 'kysely'
import pg from 'pg'
import type { Log } from '../../ports/log.ts'
import { dbFault } from '../faults.ts'
import { nameOf } from '../prepared.ts'

/** Connections of one process. */
const maxConnections = 20
/** Milliseconds that a query waits for a connection before it fails. */
const connectLimit = 10_000

/** Kysely on `pg`, with driver errors told as faults. */
export function postgresDialect(url: string, log: Log | undefined): Dialect {
  const pool = new pg.Pool({ ...connectionOf(url), max: maxConnections, connectionTimeoutMillis: connectLimit, idleTimeoutMillis: 30_000 })
  // A connection that breaks is replaced at the next use. In use, it also tells whoever waits for its answer; unheard errors would
  // end the process.
  pool.on('error', (error) => log?.warn({ error }, 'an idle connection to the database broke'))
  pool.on('connect', (client) => client.on('error', () => undefined))
  return new PostgresDialect({
    pool: { connect: async () => withFaults(await told(pool.connect())), end: () => pool.end(), options: pool.options },
  })
}

export function connectionOf(url: string): pg.ClientConfig {
  return { connectionString: url, application_name: 'thole', keepAlive: true, types: { getTypeParser } }
}

/** int8 comes as text; all of ours (times, sizes, counts) are safe integers. */
const getTypeParser: typeof pg.types.getTypeParser = (id: number, format?: 'text' | 'binary') =>
  id === pg.types.builtins.INT8 ? toInteger : pg.types.getTypeParser(id, format as 'text')

function toInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is beyond the safe integers`)
  return value
}

function withFaults(client: pg.PoolClient): PostgresPoolClient {
  return {
    // What is prepared has a name, by which the server keeps it for this connection.
    query: (text: unknown, values?: unknown) => told(client.query({ name: nameOf(text as string), text: text as string, values: values as unknown[] })) as never,
    release: (destroy) => client.release(destroy),
  }
}

async function told<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise
  } catch (error) {
    throw dbFault(error)
  }
}
