import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { CompiledQuery, QueryResult } from 'kysely'

interface Prepared {
  statement: StatementSync
  returnsRows: boolean
}

/** Of each generation. */
const kept = 250

/** Runs compiled queries on one connection; statements are prepared once and kept. When there are many, those that were not used lately go. */
export class Statements {
  readonly connection: DatabaseSync
  #lately = new Map<string, Prepared>()
  #before = new Map<string, Prepared>()

  constructor(connection: DatabaseSync) {
    this.connection = connection
  }

  run<R>(query: CompiledQuery): QueryResult<R> {
    const { statement, returnsRows } = this.#prepare(query.sql)
    const parameters = query.parameters as SQLInputValue[]
    if (returnsRows) return { rows: statement.all(...parameters) as R[] }
    return { rows: [], numAffectedRows: BigInt(statement.run(...parameters).changes) }
  }

  #prepare(sql: string): Prepared {
    const used = this.#lately.get(sql)
    if (used) return used
    const prepared = this.#before.get(sql) ?? this.#make(sql)
    if (this.#lately.size === kept) {
      this.#before = this.#lately
      this.#lately = new Map()
    }
    this.#lately.set(sql, prepared)
    return prepared
  }

  #make(sql: string): Prepared {
    const statement = this.connection.prepare(sql)
    return { statement, returnsRows: statement.columns().length > 0 }
  }
}
