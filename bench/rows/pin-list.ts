import { Agent, get } from 'node:http'
import { join } from 'node:path'
import pg from 'pg'
import { startPostgres } from '../../test/support/postgres.ts'
import { runCommand, startServer } from '../../test/support/server.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { seeded, seedPostgres, seedSqlite } from '../pins.ts'
import { leftOut, mostRow, type Row } from '../row.ts'
import type { Sizes } from '../sizes.ts'

/** Milliseconds within which 99 of 100 answers come, and what is asked: another one each time where there are several. */
const asked: Record<string, { most: number; queries: (stamp: () => string) => string[] }> = {
  status: { most: 3, queries: () => ['', 'status=queued', 'status=failed,pinned', 'status=queued,pinning,pinned,failed'] },
  stat: { most: 3, queries: () => ['queued', 'pinning', 'pinned', 'failed'].map((status) => `limit=1&status=${status}`) },
  cid: { most: 3, queries: () => [`cid=${seeded.cid}`, `cid=${seeded.cid}&status=queued,pinning,failed`] },
  name: { most: 3, queries: () => [`name=${encodeURIComponent(seeded.name)}`, `name=${encodeURIComponent(seeded.name.toUpperCase())}&match=iexact&status=failed,queued`] },
  time: { most: 15, queries: (stamp) => [`before=${stamp()}`, `after=${stamp()}`, `status=queued,pinning,pinned,failed&before=${stamp()}&after=${stamp()}`, `cid=${seeded.cid}&before=${stamp()}`] },
  'partial.rare': { most: 50, queries: () => [`name=24-${Math.floor(Math.random() * 1e6)}-&match=partial`, `name=NO%20SUCH%20NAME&match=ipartial`] },
  'partial.common': { most: 50, queries: (stamp) => ['name=Backup&match=partial', 'name=.CAR&match=ipartial&status=queued,failed', `name=2024&match=partial&before=${stamp()}`] },
  'partial.letter': { most: 50, queries: () => ['name=k&match=partial', 'name=7&match=ipartial', 'name=r&match=partial&status=queued,pinning,pinned,failed'] },
  meta: {
    most: 50,
    queries: (stamp) => [{ app: 'bench' }, { group: seeded.group }, { app: 'bench', group: seeded.group }].map((meta) => `meta=${encodeURIComponent(JSON.stringify(meta))}`).concat(`meta=%7B%22app%22%3A%22bench%22%7D&before=${stamp()}&name=9&match=partial`),
  },
}

/** Pages of ten of one account with that many pin requests, each with its exact count, to one client. */
export async function pinList({ pins, seconds }: Sizes): Promise<Row[]> {
  await using folder = await temporaryFolder()
  await using beside = await temporaryFolder()
  await seedSqlite(join(folder.path, 'thole.sqlite'), pins)
  const rows = await measured('sqlite', { THOLE_DATA: folder.path }, pins, seconds)
  // As much memory as it takes by itself.
  const server = await startPostgres({ sharedBuffers: '128MB' }).catch((error: unknown) => String(error))
  if (typeof server === 'string') return [...rows, ...leftOut('pins.postgres', server)]
  const client = new pg.Client({ connectionString: server.url })
  try {
    await client.connect()
    await seedPostgres(server.url, pins, (statement) => client.query(statement))
    return [...rows, ...(await measured('postgres', { THOLE_DATA: beside.path, THOLE_DATABASE_URL: server.url }, pins, seconds))]
  } finally {
    await client.end()
    await server.stop()
  }
}

export async function measured(database: string, variables: Record<string, string>, pins: number, seconds: number): Promise<Row[]> {
  // The rows speak of a store that never was.
  await runCommand(['store', 'adopt'], { ...(process.env as Record<string, string>), ...variables })
  const server = await startServer({ THOLE_NETWORK: 'none', THOLE_RATE_LIMIT: '0', ...variables })
  const agent = new Agent({ keepAlive: true })
  try {
    const client = async (account: string) => ({ agent, headers: { authorization: `Bearer ${await server.createKey(['pins:read'], account)}` } })
    const [many, none] = [await client(seeded.email), await client('empty@example.org')]
    const stamp = () => new Date(seeded.from + Math.floor(Math.random() * pins) * seeded.step).toISOString()
    const timesOf = async (options: typeof many, queries: () => string[], atOnce: boolean) => {
      const times: number[] = []
      for (let round = 0, start = performance.now(); round < 5 || (performance.now() - start < seconds * 1000); round++) {
        const asking = queries().map((query) => () => answerTime(`${server.url}/psa/pins?${query}`, options))
        const taken: number[] = []
        if (atOnce) taken.push(Math.max(...(await Promise.all(asking.map((ask) => ask())))))
        else for (const ask of asking) taken.push(await ask())
        // What the first rounds bring into memory stays there.
        if (round >= 3) times.push(...taken)
      }
      const sorted = times.toSorted((a, b) => a - b)
      return { median: sorted[Math.floor(sorted.length / 2)]!, p99: sorted[Math.floor(sorted.length * 0.99)]! }
    }
    const rows: Row[] = []
    for (const [name, { most, queries }] of Object.entries(asked)) {
      const nothing = await timesOf(none, () => [''], false)
      const { p99: value, median } = await timesOf(many, () => queries(stamp), name === 'stat')
      rows.push(mostRow({ id: `pins.${database}.${name}`, value, unit: 'ms', beside: { median, 'empty account': nothing.p99, 'its median': nothing.median } }, most))
    }
    return rows
  } finally {
    agent.destroy()
    await server.stop()
  }
}

function answerTime(url: string, options: { agent: Agent; headers: Record<string, string> }): Promise<number> {
  const start = performance.now()
  return new Promise((resolve, reject) => {
    const request = get(url, options, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () => (response.statusCode === 200 && text.startsWith('{"count":') ? resolve(performance.now() - start) : reject(new Error(`${url}: ${response.statusCode} ${text}`))))
    })
    request.on('error', reject)
  })
}
