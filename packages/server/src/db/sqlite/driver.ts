import { setImmediate as nextTurn } from 'node:timers/promises'
import { type CompiledQuery, type DatabaseConnection, type Driver, type QueryResult, SelectQueryNode, type TransactionSettings } from 'kysely'
import { fault } from '../../kernel/faults.ts'
import { Checkpoints } from './checkpoints.ts'
import { dbFault } from '../faults.ts'
import type { Files } from './files.ts'
import type { Statements } from './statements.ts'
import { Turns } from './turns.ts'

/** Milliseconds of queries without a turn for anybody else. */
const maxMs = 4

/**
 * Kysely connections over one writer and one reader. A `select` outside of a transaction goes to the reader, a transaction that only reads
 * to a connection of its own; everything else takes its turn at the writer. SQLite answers at once, so that a loop of queries would never leave the microtasks: it is made to rest here.
 */
export class SqliteDriver implements Driver {
  readonly #files: Files
  readonly #turns: Turns
  readonly #checkpoints: Checkpoints
  #rested = 0

  constructor(files: Files) {
    this.#files = files
    const { writer, log } = files
    this.#turns = new Turns(writer.connection, log)
    this.#checkpoints = new Checkpoints(files.path, writer.connection, this.#turns)
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<Connection> {
    if (performance.now() - this.#rested > maxMs) {
      await nextTurn()
      this.#rested = performance.now()
    }
    return new Connection(this.#files, this.#turns)
  }

  async beginTransaction(connection: Connection, { accessMode }: TransactionSettings): Promise<void> {
    if (accessMode === 'read only') connection.beginReading()
    else await connection.begin()
  }

  commitTransaction(connection: Connection): Promise<void> {
    return connection.commit()
  }

  async rollbackTransaction(connection: Connection): Promise<void> {
    connection.rollBack()
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    try {
      await this.#turns.between(async () => {})
      await this.#files.log.settled
    } finally {
      await this.#checkpoints.close()
      this.#files.close()
    }
  }
}

class Connection implements DatabaseConnection {
  readonly #files: Files
  readonly #turns: Turns
  #hasTurn = false
  #snapshot?: Statements

  constructor(files: Files, turns: Turns) {
    this.#files = files
    this.#turns = turns
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { writer, reader } = this.#files
    try {
      if (this.#snapshot) return this.#snapshot.run<R>(query)
      if (this.#hasTurn) {
        // SQLite ends a transaction by itself when it meets a full disk: what follows must not commit on its own.
        if (!writer.connection.isTransaction) throw fault('STORAGE_FULL')
        return writer.run<R>(query)
      }
      if (SelectQueryNode.is(query.query)) return reader.run<R>(query)
    } catch (error) {
      throw dbFault(error)
    }
    return this.#alone<R>(query)
  }

  // eslint-disable-next-line require-yield -- part of Kysely's interface
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new TypeError('rows are read by pages, not streamed')
  }

  async begin(): Promise<void> {
    await this.#turns.begin()
    this.#hasTurn = true
  }

  beginReading(): void {
    this.#snapshot = this.#files.openSnapshot()
  }

  async commit(): Promise<void> {
    if (this.#snapshot) return this.#endReading()
    this.#hasTurn = false
    await this.#turns.commit()
  }

  /** Kysely also asks for it where the commit failed: then it was done already. */
  rollBack(): void {
    if (this.#snapshot) return this.#endReading()
    if (!this.#hasTurn) return
    this.#hasTurn = false
    this.#turns.rollBack()
  }

  #endReading(): void {
    this.#snapshot?.connection.close()
    this.#snapshot = undefined
  }

  /** A statement that is a transaction of its own. */
  async #alone<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    await this.begin()
    try {
      const result = await this.executeQuery<R>(query)
      await this.commit()
      return result
    } catch (error) {
      this.rollBack()
      throw error
    }
  }
}
