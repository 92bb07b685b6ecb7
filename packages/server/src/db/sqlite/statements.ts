import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { CompiledQuery, QueryResult } from 'kysely'

interface Prepared {
  statement: StatementSync
  returnsRows: boolean
}

const kept = 500

/** Runs compiled queries on one connection; statements are prepared once and kept, the least recently used go first. */
export class Statements {
  readonly connection: DatabaseSync
  readonly #prepared = new Map<string, Prepared>()

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
    let prepared = this.#prepared.get(sql)
    if (prepared) this.#prepared.delete(sql)
    else {
      const statement = this.connection.prepare(sql)
      prepared = { statement, returnsRows: statement.columns().length > 0 }
    }
    this.#prepared.set(sql, prepared)
    if (this.#prepared.size > kept) this.#prepared.delete(this.#prepared.keys().next().value ?? sql)
    return prepared
  }
}
