import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs'
import { fault } from '../../kernel/faults.ts'

/**
 * Makes the log of a database (WAL) durable in Node's thread pool. SQLite with `synchronous = normal` appends commits to the log without a
 * sync, and syncs it itself before it copies from it (sqlite.org/pragma.html#pragma_synchronous): so all that is lacking is a sync of the
 * file after each commit, and that need not stop the process.
 */
export class LogSync {
  readonly #file: number
  #running: Promise<void> | undefined
  #failure: Error | undefined

  /** `path`: of the log, which is there as long as a connection is. */
  constructor(path: string) {
    this.#file = openSync(path, 'r')
    // What a process has left here that was killed is seen from now on.
    fdatasyncSync(this.#file)
  }

  get isRunning(): boolean {
    return this.#running !== undefined
  }

  /** While what was committed may be lost still. Rejects where it was. */
  get settled(): Promise<void> | undefined {
    return this.#failure ? Promise.reject(this.#failed()) : this.#running
  }

  /**
   * Resolves when all that was committed before is durable. After a failure nothing counts as durable any more, whatever a later sync says:
   * the kernel may have dropped what it could not write.
   */
  sync(): Promise<void> {
    const running = this.#syncAfter(this.#running)
    this.#running = running
    const ended = () => {
      if (this.#running === running) this.#running = undefined
    }
    running.then(ended, ended)
    return running
  }

  /** One at a time: of two at once on a file, the kernel tells one alone that what both were for is lost. */
  async #syncAfter(before: Promise<void> | undefined): Promise<void> {
    await before
    if (this.#failure) throw this.#failed()
    const error = await new Promise<Error | null>((resolve) => fdatasync(this.#file, resolve))
    if (!error) return
    this.#failure = error
    throw this.#failed()
  }

  close(): void {
    closeSync(this.#file)
  }

  #failed() {
    return fault('UPSTREAM_FAILED', { reason: 'the disk of the database did not keep what was written; the server has to be started again' }, { cause: this.#failure })
  }
}
