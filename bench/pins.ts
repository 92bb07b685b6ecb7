import { createHash } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { rawBlock } from '../test/support/api.ts'
import { openDb } from '../packages/server/src/db/index.ts'
import { migrations } from '../packages/server/src/db/migrations/index.ts'
import { textsFor } from '../packages/server/src/db/migrations/statement.ts'

/** An account with so many pin requests, made by the database itself. */
export const seeded = {
  email: 'many@example.org',
  /** One of a hundred requests has each of these. */
  cid: rawBlock(Buffer.from('pinned by many')).cid,
  name: 'release notes.html',
  group: 'ten thousand',
  /** Milliseconds between two requests, and the first. */
  step: 30_000,
  from: Date.parse('2024-01-01T00:00:00Z'),
}

const account = '00000000-0000-4000-8000-000000000001'
const before = '0006-pin-lists'
const digest = (pair: [string, string]) => createHash('sha256').update(JSON.stringify(pair)).digest('base64url')
const app = digest(['app', 'bench'])
const group = digest(['group', seeded.group])

interface Flavour {
  /** A table of i from 0 on. */
  numbers(count: number): string
  hex: string
  id: string
}

const flavours: Record<'sqlite' | 'postgres', Flavour> = {
  sqlite: {
    numbers: (count) => `(with recursive numbers (i) as (select 0 union all select i + 1 from numbers where i < ${count - 1}) select i from numbers)`,
    hex: `lower(hex(randomblob(4)))`,
    id: `lower(hex(randomblob(16)))`,
  },
  postgres: { numbers: (count) => `(select i from generate_series(0, ${count - 1}) as i)`, hex: `substr(md5(random()::text), 1, 8)`, id: `gen_random_uuid()::text` },
}

/** SQL for a database of the schema before lists were counted, so that its migration does with a million rows what it does for users. */
function seedStatements(kind: 'sqlite' | 'postgres', count: number): string[] {
  const { numbers, hex, id } = flavours[kind]
  const dag = `case when i % 100 = 0 then '${seeded.cid}' else 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4' || (1000000 + i) end`
  const status = `case i / 7 % 10 when 0 then 'queued' when 1 then 'pinning' when 2 then 'failed' else 'pinned' end`
  const name = `case when i % 100 = 1 then '${seeded.name}' when i % 20 = 3 then null else 'Backup-2024-' || i || '-' || ${hex} || '.car' end`
  const meta = `case when i % 100 = 4 then '{"app":"bench","group":"${seeded.group}"}' when i % 2 = 0 then '{"app":"bench"}' end`
  const earlier = migrations.slice(0, migrations.findIndex((migration) => migration.name === before))
  return [
    'create table schema_migration (name text primary key, applied bigint not null)',
    ...earlier.flatMap((migration) => [...textsFor(kind, migration.statements), `insert into schema_migration values ('${migration.name}', 1)`]),
    `insert into account values ('${account}', '${seeded.email}', 'user', 1, 0, ${seeded.from + count * seeded.step})`,
    `insert into dag (cid, state, bytes, blocks, holders, visits, created, completed, missing_count)
      select ${dag}, 'complete', 1000, 1, 1, 0, 1, 1, 0 from ${numbers(count)} as n where i = 0 or i % 100 <> 0`,
    `insert into pin_request (id, account_id, cid, dag, name, name_folded, meta, origins, status, created, deadline)
      select ${id}, '${account}', dag, dag, name, upper(name), meta, '[]', status, ${seeded.from} + cast(i as bigint) * ${seeded.step}, 0
      from (select i, ${dag} as dag, ${name} as name, ${meta} as meta, ${status} as status from ${numbers(count)} as n) as r`,
    `insert into pin_meta select id, account_id, '${app}', created from pin_request where meta is not null`,
    `insert into pin_meta select id, account_id, '${group}', created from pin_request where meta like '%group%'`,
  ]
}

export async function seedSqlite(path: string, count: number): Promise<void> {
  const file = new DatabaseSync(path)
  file.exec('pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -1000000; begin')
  for (const statement of seedStatements('sqlite', count)) file.exec(statement)
  file.exec('commit')
  file.close()
  await migrated(path)
}

export async function seedPostgres(url: string, count: number, run: (statement: string) => Promise<unknown>): Promise<void> {
  for (const statement of seedStatements('postgres', count)) await run(statement)
  await migrated(url)
  // Rows lie in the order in which they came, as where each was inserted in its time; the rest the database's own vacuum does some time after.
  await run('cluster pin_request using pin_request_account')
  await run('vacuum analyze')
}

async function migrated(url: string): Promise<void> {
  const db = await openDb({ url })
  const start = performance.now()
  await db.migrate()
  process.stderr.write(`  counted by the migration in ${((performance.now() - start) / 1000).toFixed(1)} s\n`)
  await db.close()
}
