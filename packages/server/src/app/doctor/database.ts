import type { Config } from '../../config/config.ts'
import { durationInWords } from '../../kernel/words.ts'
import type { Db } from '../../ports/db/index.ts'
import { bad, ok, warn, wordsOf, type Finding } from './finding.ts'

const slowMs = 100
const maxSkewMs = 5_000

/** Whether it answers, has the tables of this version, and goes by the same clock. */
export async function* examineDatabase({ databaseUrl }: Config, db: Db): AsyncGenerator<Finding> {
  const began = performance.now()
  const told = await db.read((r) => r.load.clock()).catch((error: unknown) => wordsOf(error))
  const ms = performance.now() - began
  if (typeof told === 'string') {
    yield bad('database', `it does not answer: ${told}`, databaseUrl ? 'see that PostgreSQL runs, and that THOLE_DATABASE_URL names its host, database, user and password' : 'see that thole.sqlite in the data folder may be read; restore a backup where it is damaged')
    return
  }
  const missing = await db.pending().catch((error: unknown) => wordsOf(error))
  if (typeof missing === 'string') yield bad('database', missing, 'run the version of Thole that made it, or a newer one')
  else if (missing.length > 0) yield warn('database', `it lacks ${missing.join(', ')}`, 'the server brings it up to date when it starts')
  else if (ms > slowMs) yield warn('database', `it took ${Math.round(ms)} ms to answer`, 'keep it near the server, and look at its load')
  else yield ok('database', `${db.kind === 'postgres' ? 'PostgreSQL' : 'SQLite'} answers within ${Math.max(1, Math.round(ms))} ms, up to date`)
  const skew = Math.abs(told - Date.now())
  if (skew > maxSkewMs) yield bad('clock', `this clock and the database's differ by ${durationInWords(skew)}`, 'let both machines follow a time server (NTP): leases and expiries go by their clocks')
  else yield ok('clock', db.kind === 'postgres' ? 'as the database\'s' : new Date(told).toISOString())
}
