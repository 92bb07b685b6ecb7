import type { Compilable, CompiledQuery, Kysely, QueryResult } from 'kysely'
import type { Kind, Session } from './session.ts'
import type { Tables } from './tables.ts'

export type Value = string | number | Uint8Array | null | undefined

/** Runs the query with these values; undefined is null. */
export type Prepared<V, R> = (session: Session, values: V) => Promise<QueryResult<R>>

/** By its SQL, each prepared query: PostgreSQL keeps what is named, and parses it once a connection. */
const names = new Map<string, string>()

/**
 * A query that is built once for each kind of database, since building takes longer than running. `build` is handed places that look like the values:
 * they may stand wherever Kysely takes a value, and nothing else can be done with them.
 */
export function prepare<V extends Record<string, Value>, R>(build: (q: Kysely<Tables>, places: V, kind: Kind) => Compilable<R>): Prepared<V, R> {
  const built: Partial<Record<Kind, CompiledQuery<R>>> = {}
  return (session, values) => {
    const query = (built[session.kind] ??= named(build(session.q, places as V, session.kind).compile()))
    const parameters = query.parameters.map((parameter) => (parameter instanceof Place ? (values[parameter.name] ?? null) : parameter))
    return session.run({ ...query, parameters })
  }
}

/** So many of the queries that are built anew each time get names: a connection keeps what is named for ever. */
const maxShapes = 200
let shapes = 0

/** Runs a query of one of few shapes, with its values as parameters: PostgreSQL, which takes longer to plan most of them than to run them, plans each shape once. */
export function runShape<R>(session: Session, query: CompiledQuery<R>): Promise<QueryResult<R>> {
  if (names.has(query.sql) || shapes === maxShapes) return session.run(query)
  shapes++
  return session.run(named(query))
}

/** The one row that there must be. */
export function only<R>({ rows: [row] }: QueryResult<R>): R {
  if (row === undefined) throw new TypeError('the row that a query speaks of is not there')
  return row
}

/** The name of a prepared query; undefined for other SQL. */
export function nameOf(sql: string): string | undefined {
  return names.get(sql)
}

/** What `*` stands for may change under a running server, and PostgreSQL refuses that for what is named. */
function named<R>(query: CompiledQuery<R>): CompiledQuery<R> {
  if (!names.has(query.sql) && !query.sql.includes('*')) names.set(query.sql, `thole_${names.size}`)
  return query
}

class Place {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }

  [Symbol.toPrimitive](): never {
    throw new TypeError(`${this.name} has no value while the query is built`)
  }
}

const places = new Proxy({}, {
  get: (_, name) => new Place(String(name)),
  ownKeys() {
    throw new TypeError('places are named one by one')
  },
})
