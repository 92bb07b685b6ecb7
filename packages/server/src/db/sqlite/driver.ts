import { setTimeout as sleep } from 'node:timers/promises'
import { type CompiledQuery, type DatabaseConnection, type Driver, type QueryResult, SelectQueryNode } from 'kysely'
import { fault } from '../../kernel/faults.ts'
import { dbFault, isBusy } from '../faults.ts'
import type { Files } from './files.ts'
import { createMutex } from './mutex.ts'

/** Milliseconds that a write waits for another process before it gives up. */
const busyLimit = 30_000

/**
 * Kysely connections over one writer and one reader. A `select` outside of a transaction goes to the reader; everything else
 * takes its turn at the writer.
 */
export class SqliteDriver implements Driver {
  readonly #files: Files
  readonly #turn = createMutex()

  constructor(files: Files) {
    this.#files = files
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<Connection> {
    return new Connection(this.#files, this.#turn)
  }

  beginTransaction(connection: Connection): Promise<void> {
    return connection.begin()
  }

  commitTransaction(connection: Connection): Promise<void> {
    return connection.commit()
  }

  rollbackTransaction(connection: Connection): Promise<void> {
    return connection.rollback()
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    const done = await this.#turn()
    this.#files.reader.connection.close()
    this.#files.writer.connection.close()
    done()
  }
}

class Connection implements DatabaseConnection {
  readonly #files: Files
  readonly #turn: () => Promise<() => void>
  /** Set while a transaction is open. */
  #done: (() => void) | undefined

  constructor(files: Files, turn: () => Promise<() => void>) {
    this.#files = files
    this.#turn = turn
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { writer, reader } = this.#files
    try {
      if (this.#done) {
        // SQLite ends a transaction by itself when it meets a full disk: what follows must not commit on its own.
        if (!writer.connection.isTransaction) throw fault('STORAGE_FULL')
        return writer.run<R>(query)
      }
      if (SelectQueryNode.is(query.query)) return reader.run<R>(query)
      const done = await this.#turn()
      try {
        return await whenFree(() => writer.run<R>(query))
      } finally {
        done()
      }
    } catch (error) {
      throw dbFault(error)
    }
  }

  // eslint-disable-next-line require-yield -- part of Kysely's interface
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new TypeError('rows are read by pages, not streamed')
  }

  async begin(): Promise<void> {
    const done = await this.#turn()
    try {
      await whenFree(() => this.#files.writer.connection.exec('begin immediate'))
      this.#done = done
    } catch (error) {
      done()
      throw dbFault(error)
    }
  }

  async commit(): Promise<void> {
    try {
      this.#files.writer.connection.exec('commit')
    } catch (error) {
      // The turn is not over: Kysely rolls back now.
      throw dbFault(error)
    }
    this.#endTurn()
  }

  async rollback(): Promise<void> {
    const { connection } = this.#files.writer
    try {
      if (connection.isTransaction) connection.exec('rollback')
    } catch (error) {
      throw dbFault(error)
    } finally {
      this.#endTurn()
    }
  }

  #endTurn(): void {
    this.#done?.()
    this.#done = undefined
  }
}

/** Tries until no other process writes; the waiting blocks nobody. */
async function whenFree<T>(run: () => T): Promise<T> {
  const limit = performance.now() + busyLimit
  for (;;) {
    try {
      return run()
    } catch (error) {
      if (!isBusy(error) || performance.now() > limit) throw error
      await sleep(1 + Math.random() * 9)
    }
  }
}
