import { once } from 'node:events'
import type { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import type { Turns } from './turns.ts'

/** Pages in the log from which on they are copied into the database. */
const longLog = 1_500
/**
 * Pages in the log from which on writers wait for that. Below 4,062: for more, the index of the log has to grow, for which a full disk has no
 * room, and then not even what frees space could be committed (sqlite.org/walformat.html#the_wal_index_file_format).
 */
const longestLog = 3_500

/**
 * Copies what was committed from the log into the database, in a thread of its own, since the disk takes long. Writers go on meanwhile, but
 * for the last part: the log begins anew only where nothing of it is left to be copied when the next one writes.
 */
export class Checkpoints {
  readonly #path: string
  readonly #writer: DatabaseSync
  readonly #turns: Turns
  readonly #size
  #worker: Worker | undefined
  #running: Promise<void> | undefined
  /** While writers go on. */
  #copying: Promise<void> | undefined
  #isHeld = false
  /** Pages in the log at which the next one is due. */
  #due = longLog

  constructor(path: string, writer: DatabaseSync, turns: Turns) {
    this.#path = path
    this.#writer = writer
    this.#turns = turns
    this.#size = writer.prepare('pragma wal_checkpoint(noop)')
    turns.onCommit = () => this.#look()
  }

  #look(): void {
    const log = this.#length
    if (this.#copying && log >= longestLog && !this.#isHeld) void this.#hold(this.#copying)
    else if (!this.#running && log >= this.#due) this.#running = this.#run().finally(() => (this.#running = undefined))
    else if (log < longLog) this.#due = longLog
  }

  async close(): Promise<void> {
    await this.#running
    if (!this.#worker) return
    const ended = once(this.#worker, 'exit')
    this.#worker.ref()
    this.#worker.postMessage('end')
    await ended
  }

  get #length(): number {
    return (this.#size.get() as { log: number }).log
  }

  async #run(): Promise<void> {
    try {
      this.#copying = this.#copy()
      await this.#copying.finally(() => (this.#copying = undefined))
      await this.#turns.between(async () => {
        await this.#copy()
        // It stays as long where somebody still reads what was before.
        this.#due = this.#length + longLog
      })
    } catch {
      // Without the thread SQLite does it by itself, as slowly as that is.
      this.#due = Infinity
      this.#writer.exec(`pragma wal_autocheckpoint = ${longLog}`)
    }
  }

  async #hold(copying: Promise<void>): Promise<void> {
    this.#isHeld = true
    await this.#turns.between(() => copying).catch(() => {})
    this.#isHeld = false
  }

  async #copy(): Promise<void> {
    this.#worker ??= new Worker(new URL('./checkpointer.ts', import.meta.url), { workerData: this.#path, execArgv: [], name: 'tholed checkpoints' })
    // It keeps no process alive, but while somebody waits for it.
    this.#worker.ref()
    this.#worker.postMessage('copy')
    await once(this.#worker, 'message')
    this.#worker.unref()
  }
}
