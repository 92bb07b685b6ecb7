import { sql } from 'kysely'
import type { MovedRow, MovingReads, MovingWrites } from '../../ports/db/index.ts'
import type { Session } from '../session.ts'
import { slices } from '../slices.ts'
import type { Tables } from '../tables.ts'
import { addPairs } from './pin-pairs.ts'

/** By what its rows are told apart and ordered, each table that is moved, after those that it refers to; null: it stays. */
const keys: Record<keyof Tables, readonly string[] | null> = {
  instance: ['name'],
  plan: ['id'],
  account: ['id'],
  member: ['id'],
  membership: ['account_id', 'member_id'],
  identity: ['provider', 'subject'],
  passkey: ['id'],
  recovery_code: ['hash'],
  api_key: ['id'],
  access_request: ['id'],
  dag: ['cid'],
  missing_block: ['dag', 'position'],
  account_dag: ['account_id', 'dag'],
  account_visit: ['dag', 'account_id'],
  account_usage: ['account_id'],
  account_traffic: ['account_id', 'hour', 'kind'],
  account_stored: ['account_id', 'hour'],
  quota_warning: ['account_id', 'what', 'period', 'level'],
  upload: ['id'],
  account_root: ['account_id', 'cid'],
  account_part: ['account_id', 'cid', 'car'],
  upload_root: ['upload_id', 'position'],
  part_list: ['upload_id', 'position'],
  // The order in which they are put into the lists.
  pin_request: ['account_id', 'created'],
  dag_fetch: ['dag'],
  announcement: ['dag'],
  damaged_block: ['hash'],
  damaged_dag: ['dag'],
  dag_damage: ['dag', 'position'],
  dag_replica: ['dag'],
  ipns_record: ['name'],
  abuse_report: ['id'],
  event: ['id'],

  // Sessions, links that lead in once, jobs and leases.
  member_session: null,
  login_token: null,
  sign_in_try: null,
  job: null,
  store_process: null,
  store_reclaim: null,
  reservation: null,
  // Learned from the nodes.
  replica_node: null,
  // Worked out from what is moved.
  pin_tally: null,
  pin_span: null,
  pin_span_text: null,
  pin_pair: null,
  // Of the schema, and of the block store.
  schema_migration: null,
  segment: null,
  block: null,
}

/** Every database has rows of these from its birth: those that come take their place. */
const born: ReadonlySet<string> = new Set<keyof Tables>(['instance', 'plan'])

/** Columns that the database gives. */
const given: Partial<Record<keyof Tables, readonly string[]>> = { pin_request: ['span', 'slot'] }

/** Rows of one statement: each may have a dozen values. */
const atOnce = 250

const tables = Object.entries(keys).filter(([, key]) => key !== null).map(([table]) => table as keyof Tables)

export function movingQueries(session: Session): MovingReads & MovingWrites {
  const { q } = session

  return {
    schema: async () => (await q.selectFrom('schema_migration').select('name').orderBy('name').execute()).map(({ name }) => name),

    tables: () => tables,

    async rows(table, after, limit) {
      const columns = keyOf(table)
      const key = sql.join(columns.map((column) => sql.ref(column)))
      const all = q.selectFrom(table as keyof Tables).selectAll()
      const behind = after ? all.where(sql<boolean>`(${key}) > (${sql.join(columns.map((column) => after[column]))})`) : all
      const rows: MovedRow[] = await behind.orderBy(key).limit(limit).execute()
      const left = given[table as keyof Tables] ?? []
      for (const row of rows) for (const column of left) delete row[column]
      return rows
    },

    async firstInUse() {
      for (const table of tables) {
        if (!born.has(table) && (await q.selectFrom(table).select(sql`1`.as('one')).limit(1).execute()).length > 0) return table
      }
      return undefined
    },

    partLists: async (accountId, after, limit) => {
      const lists = q.selectFrom('part_list').innerJoin('upload', 'upload.id', 'upload_id').select(['upload_id as uploadId', 'position', 'cid']).where('account_id', '=', accountId)
      const behind = after ? lists.where(sql<boolean>`(upload_id, position) > (${after.uploadId}, ${after.position})`) : lists
      return behind.orderBy('upload_id').orderBy('position').limit(limit).execute()
    },

    async insert(table, rows) {
      const key = keyOf(table)
      for (const slice of slices(rows, atOnce)) {
        // The table and its columns are known here by their names alone.
        const adding = q.insertInto(table as 'instance').values(slice as unknown as { name: string; value: string }[])
        if (born.has(table)) await adding.onConflict((c) => c.columns(key as ['name']).doUpdateSet(Object.fromEntries(Object.keys(slice[0]!).map((column) => [column, sql.ref(`excluded.${column}`)])))).execute()
        else await adding.execute()
        if (table === 'pin_request') await addPairsOf(session, slice)
      }
    },
  }
}

/** Fault of a programmer, or of an export that names a table which is not moved. */
function keyOf(table: string): readonly string[] {
  const key = Object.hasOwn(keys, table) ? keys[table as keyof Tables] : null
  if (key === null) throw new TypeError(`${table} is not moved`)
  return key
}

/** Pairs of meta go by the places in the lists, which the new rows have got here. */
async function addPairsOf(session: Session, rows: readonly MovedRow[]): Promise<void> {
  const metaOf = new Map(rows.filter(({ meta }) => typeof meta === 'string' && meta !== '{}').map(({ id, meta }) => [id as string, meta as string]))
  if (metaOf.size === 0) return
  const places = session.q.selectFrom('pin_request').select(['id', 'account_id', 'span', 'slot']).where('id', 'in', [...metaOf.keys()]).orderBy('account_id').orderBy('created')
  for (const { id, account_id, ...place } of await places.execute()) await addPairs(session, account_id, JSON.parse(metaOf.get(id)!) as Record<string, string>, place)
}
