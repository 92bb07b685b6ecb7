import { setTimeout as sleep } from 'node:timers/promises'
import type { DatabaseSync } from 'node:sqlite'
import { fault } from '../../kernel/faults.ts'
import { dbFault, isBusy } from '../faults.ts'
import type { LogSync } from './log-sync.ts'
import { createMutex } from './mutex.ts'

/** Milliseconds that a write waits for another process before it gives up. */
const busyLimit = 30_000
/** Writers in one commit: enough to share its sync, few enough that the first does not wait long. */
const maxSharing = 32

/**
 * The writers of one connection, one at a time. Those who come in one turn of the event loop, or while the last commit is being synced,
 * share a commit, and so its sync: each has a savepoint of its own in one transaction.
 */
export class Turns {
  readonly #connection: DatabaseSync
  readonly #log: LogSync
  /** Called after each commit, when there is no transaction. */
  onCommit = () => {}
  readonly #turn = createMutex()
  readonly #savepoint
  readonly #release
  #waiting = 0
  #isTaken = false
  #isSoon = false
  #sharing: PromiseWithResolvers<void>[] = []
  #done = () => {}

  /** `log`: of this connection, which commits without a sync. */
  constructor(connection: DatabaseSync, log: LogSync) {
    this.#connection = connection
    this.#log = log
    this.#savepoint = connection.prepare('savepoint turn')
    this.#release = connection.prepare('release turn')
  }

  /** Resolves when the turn has come. It ends with `commit` or `rollBack`. */
  async begin(): Promise<void> {
    this.#waiting++
    const done = await this.#turn()
    this.#waiting--
    this.#isTaken = true
    this.#done = done
    try {
      if (!this.#connection.isTransaction) await whenFree(() => this.#connection.exec('begin immediate'))
      this.#savepoint.run()
    } catch (error) {
      this.#leave()
      throw dbFault(error)
    }
  }

  /** Resolves when what was written is durable; rejects where it is rolled back, and then the turn is over too. */
  async commit(): Promise<void> {
    try {
      this.#release.run()
    } catch (error) {
      this.rollBack()
      throw dbFault(error)
    }
    const shared = Promise.withResolvers<void>()
    this.#sharing.push(shared)
    this.#leave()
    return shared.promise
  }

  rollBack(): void {
    try {
      this.#undo()
    } finally {
      this.#leave()
    }
  }

  /** Runs this between two transactions: nobody writes meanwhile. */
  async between<T>(work: () => Promise<T>): Promise<T> {
    const done = await this.#turn()
    try {
      if (this.#connection.isTransaction) this.#commitAll()
      return await work()
    } finally {
      done()
    }
  }

  /** What cannot be undone alone takes with it what shares its commit. */
  #undo(): void {
    if (!this.#connection.isTransaction) return
    try {
      this.#connection.exec('rollback to turn; release turn')
    } catch {
      this.#connection.exec('rollback')
    }
  }

  /** Lets the next one in; where there is none, the commit is near. */
  #leave(): void {
    this.#isTaken = false
    try {
      // SQLite ends a transaction by itself when it meets a full disk.
      if (!this.#connection.isTransaction) this.#settle(fault('STORAGE_FULL'))
      else this.#commitInTime()
    } finally {
      this.#done()
    }
  }

  /** The one before is durable first: what comes until then has one sync, too. */
  #commitInTime(): void {
    if (this.#log.isRunning) return
    if (this.#sharing.length >= maxSharing) this.#commitAll()
    else if (this.#waiting === 0) this.#commitSoon()
  }

  #commitSoon(): void {
    if (this.#sharing.length === 0) return this.#commitAll()
    if (this.#isSoon) return
    this.#isSoon = true
    setImmediate(() => {
      this.#isSoon = false
      // Whoever has the turn now sees to it, or somebody has done so already.
      if (!this.#isTaken && this.#connection.isTransaction && !this.#log.isRunning) this.#commitAll()
    })
  }

  #commitAll(): void {
    try {
      this.#connection.exec('commit')
      void this.#keep(this.#sharing.splice(0))
      this.onCommit()
    } catch (error) {
      this.#settle(dbFault(error))
      if (this.#connection.isTransaction) this.#connection.exec('rollback')
    }
  }

  /** Tells them when what they committed is durable; then the next ones may. */
  async #keep(committed: PromiseWithResolvers<void>[]): Promise<void> {
    if (committed.length === 0) return
    try {
      await this.#log.sync()
      for (const { resolve } of committed) resolve()
    } catch (error) {
      for (const { reject } of committed) reject(error)
    }
    if (!this.#isTaken && this.#connection.isTransaction) this.#commitInTime()
  }

  #settle(error: unknown): void {
    for (const { reject } of this.#sharing.splice(0)) reject(error)
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
