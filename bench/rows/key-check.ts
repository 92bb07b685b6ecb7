import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { openDb } from '../../packages/server/src/db/index.ts'
import { createKeys, ensureAccount } from '../../packages/server/src/domain/accounts/index.ts'
import { openTokens } from '../../packages/server/src/services/tokens/index.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { startPostgres } from '../../test/support/postgres.ts'
import { median } from '../measure.ts'
import { leftOut, mostRow, timesRow, type Row } from '../row.ts'

const keyCount = 1_000
const repeats = 100_000
const rounds = 7

/** What a program's key costs each call: known from a moment ago, and looked up in the database. Microseconds. */
export async function keyCheck(): Promise<Row[]> {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'thole.db')
  const house = await openHouse(path)
  const cached = mostRow({ id: 'key.cached', ...(await cachedCheck(house)) }, 5)
  const cold = mostRow({ id: 'key.cold.sqlite', ...(await coldCpu(house, path)) }, 200)
  await house.close()
  const server = await startPostgres().catch((error: unknown) => String(error))
  if (typeof server === 'string') return [cached, cold, ...leftOut('key.cold.postgres', server)]
  try {
    const beside = await openHouse(server.url)
    const far = timesRow({ id: 'key.cold.postgres', ...(await coldTime(beside, server.url)) }, 2, 'one statement')
    await beside.close()
    return [cached, cold, far]
  } finally {
    await server.stop()
  }
}

/** Keys of one account; `keys()` knows none of them yet. */
async function openHouse(url: string) {
  const db = await openDb({ url })
  await db.migrate()
  const clock = { now: () => Date.now() }
  const tokens = await openTokens(db)
  const keys = () => createKeys({ db, tokens, clock })
  const account = await db.write((w) => ensureAccount(w, 'bench@example.org', 'user', 1))
  const maker = keys()
  const all: { id: string; token: string }[] = []
  for (let i = 0; i < keyCount; i++) all.push(await maker.create(account, { name: `${i}` }))
  return { keys, all, close: () => db.close() }
}

type House = Awaited<ReturnType<typeof openHouse>>
type Taken = { value: number; unit: 'µs'; beside: Record<string, number> }

async function cachedCheck({ keys, all }: House): Promise<Taken> {
  const checker = keys()
  const { token } = all[0]!
  const known = new Map([[token, await checker.authenticate(token)]])
  const bare = async () => known.get(token)!
  const each = async (check: () => Promise<unknown>) => {
    const start = performance.now()
    for (let i = 0; i < repeats; i++) await check()
    return ((performance.now() - start) * 1000) / repeats
  }
  const taken = await besides({ check: () => each(() => checker.authenticate(token)), 'a Map behind a promise': () => each(bare) })
  return { value: taken.check!, unit: 'µs', beside: { 'a Map behind a promise': taken['a Map behind a promise']! } }
}

/** Processor time, of all threads. */
async function coldCpu({ keys, all }: House, path: string): Promise<Taken> {
  const plain = new DatabaseSync(path, { readOnly: true })
  const row = plain.prepare('select * from api_key where id = ?')
  const cpu = async (work: () => Promise<void>) => {
    const before = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(before)
    return (user + system) / all.length
  }
  const taken = await besides({
    check: () => cpu(() => checkAll(keys(), all)),
    'its row by node:sqlite': () => cpu(async () => all.forEach(({ id }) => row.get(id))),
  })
  plain.close()
  return { value: taken.check!, unit: 'µs', beside: { 'its row by node:sqlite': taken['its row by node:sqlite']! } }
}

async function coldTime({ keys, all }: House, url: string): Promise<Taken> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const each = async (work: () => Promise<void>) => {
    const start = performance.now()
    await work()
    return ((performance.now() - start) * 1000) / all.length
  }
  const statement = { name: 'row', text: 'select * from api_key where id = $1' }
  const taken = await besides({
    check: () => each(() => checkAll(keys(), all)),
    'one statement': () => each(async () => {
      for (const { id } of all) await client.query({ ...statement, values: [id] })
    }),
  })
  await client.end()
  return { value: taken.check!, unit: 'µs', beside: { 'one statement': taken['one statement']! } }
}

async function checkAll(checker: ReturnType<House['keys']>, all: House['all']): Promise<void> {
  for (const { token } of all) await checker.authenticate(token)
}

/** Median of several rounds, taken in turn; the first of each warms up. */
async function besides(measures: Record<string, () => Promise<number>>): Promise<Record<string, number>> {
  const taken: Record<string, number[]> = {}
  for (let round = 0; round <= rounds; round++) {
    for (const [name, measure] of Object.entries(measures)) {
      const value = await measure()
      if (round > 0) (taken[name] ??= []).push(value)
    }
  }
  return Object.fromEntries(Object.entries(taken).map(([name, values]) => [name, median(values)]))
}
