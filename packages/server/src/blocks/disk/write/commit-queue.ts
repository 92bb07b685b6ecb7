import { setTimeout as sleep } from 'node:timers/promises'
import { toFault, type Fault } from '../../../kernel/faults.ts'
import type { Multihash } from '../../../ports/block-store.ts'
import type { Log } from '../../../ports/log.ts'
import type { BlockIndex } from '../index/block-index.ts'
import type { Frames } from './frames.ts'
import type { Portion, Tail } from './tail.ts'

export interface CommitQueueParts {
  tail: Tail
  index: BlockIndex
  commitDelayMs: number
  /** Written bytes that are synced without anybody asking. */
  syncEveryBytes: number
  log?: Log
}

/** What the queue knows of a writer. */
export interface QueuedWriter {
  /** Its blocks, and those that it skipped, have ordinals below this one. */
  need: number
  /** Told of each of them. */
  rely(ordinal: number): void
  /** Why nothing that it put may be acknowledged. */
  failure?: Fault
}

interface Job {
  writer: QueuedWriter
  frames: Frames
  done(need: number): void
}

interface Waiter {
  need: number
  done(): void
}

/** About what one turn takes from the queue: enough to share a write, little enough not to hold up the process. */
const maxTurnBlocks = 4096
const maxTurnBytes = 4 << 20

/**
 * Writers hand their blocks over here. Whoever waits while a write or a sync is under way shares the next one. Nothing here rejects:
 * a writer that lost blocks has its `failure` set when the call resolves.
 */
export class CommitQueue {
  readonly #tail: Tail
  readonly #index: BlockIndex
  readonly #delayMs: number
  readonly #syncEveryBytes: number
  readonly #log?: Log
  #jobs: Job[] = []
  #waiters: Waiter[] = []
  #appending?: Promise<void>
  #syncing?: Promise<void>
  #saving?: Promise<void>
  #turn: Promise<unknown> = Promise.resolve()
  /** Writers that rely on blocks which are not durable. */
  readonly #relying = new Set<QueuedWriter>()

  constructor({ tail, index, commitDelayMs, syncEveryBytes, log }: CommitQueueParts) {
    this.#tail = tail
    this.#index = index
    this.#delayMs = commitDelayMs
    this.#syncEveryBytes = syncEveryBytes
    this.#log = log
  }

  /** Whether the block is placed already; then the writer's commits cover it, whoever put it. */
  skips(writer: QueuedWriter, hash: Multihash): boolean {
    const ordinal = this.#index.findGood(hash)
    if (ordinal < 0) return false
    writer.rely(ordinal)
    if (ordinal >= this.#tail.durable) this.#waitFor(writer)
    return true
  }

  isSettled({ need }: QueuedWriter): boolean {
    return need <= this.#tail.durable
  }

  /**
   * Resolves when the blocks, and all that were placed before the call, are written, or the writer has failed;
   * with what `settle` has to wait for.
   */
  append(writer: QueuedWriter, frames: Frames): Promise<number> {
    return new Promise((done) => {
      this.#jobs.push({ writer, frames, done })
      this.#appending ??= this.#drain().finally(() => (this.#appending = undefined))
    })
  }

  /** Resolves when blocks below `need`, all of them written, are durable, or the writer has failed. */
  async settle(writer: QueuedWriter, need: number): Promise<void> {
    if (need > this.#tail.durable && !writer.failure) {
      await new Promise<void>((done) => {
        this.#waiters.push({ need, done })
        this.#startSync()
      })
    }
    if (this.isSettled(writer)) this.#relying.delete(writer)
  }

  /** Ends the segment that is appended to, or is just being made; resolves when it is durable and nothing of it is open any more. */
  async seal(): Promise<void> {
    const segment = await this.#exclusively(async () => this.#tail.seal())
    while (segment && this.#tail.isOpen(segment)) {
      this.#startSync()
      await this.#syncing
      await this.#saving
    }
  }

  forget(writer: QueuedWriter): void {
    this.#relying.delete(writer)
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    for (let work; (work = this.#appending ?? this.#syncing ?? this.#saving); ) await work
  }

  async #drain(): Promise<void> {
    while (this.#jobs.length > 0) {
      const jobs = this.#takeJobs()
      await this.#exclusively(() => this.#append(jobs.filter(({ writer }) => !writer.failure)))
      for (const { done } of jobs) done(this.#tail.written)
      // Beside the writing to come, so that a commit has to wait for the rest alone.
      if (this.#tail.dirtyBytes >= this.#syncEveryBytes) this.#startSync()
    }
  }

  async #append(jobs: Job[]): Promise<void> {
    try {
      await this.#tail.append(jobs.map(portionOf))
      for (const { writer } of jobs) this.#waitFor(writer)
    } catch (error) {
      const fault = this.#fail(error, this.#tail.written)
      if (jobs.length === 1) jobs[0]!.writer.failure ??= fault
      // What did not go together may go one by one: a small block where a big one has no room.
      else for (const job of jobs) if (!job.writer.failure) await this.#append([job])
    }
  }

  #waitFor(writer: QueuedWriter): void {
    writer.need = this.#index.count
    this.#relying.add(writer)
  }

  #startSync(): void {
    this.#syncing ??= this.#sync().finally(() => (this.#syncing = undefined))
  }

  async #sync(): Promise<void> {
    do {
      if (this.#delayMs > 0) await sleep(this.#delayMs)
      try {
        await this.#tail.sync()
      } catch (error) {
        await this.#exclusively(async () => {
          await this.#tail.rollBack()
          this.#fail(error, this.#tail.durable)
        })
        for (const { done } of this.#waiters.splice(0)) done()
      }
      const settled = this.#waiters.filter(({ need }) => need <= this.#tail.durable)
      this.#waiters = this.#waiters.filter(({ need }) => need > this.#tail.durable)
      for (const { done } of settled) done()
      // Not waited for: commits to come need no index file.
      this.#saving ??= this.#tail.saveIndex().finally(() => (this.#saving = undefined))
    } while (this.#waiters.length > 0)
  }

  /** Everybody who relies on a block from this ordinal on has lost it. */
  #fail(error: unknown, from: number): Fault {
    const fault = toFault(error)
    this.#log?.error({ error, ...fault.data }, 'blocks could not be stored')
    for (const writer of this.#relying) {
      if (writer.need <= from) continue
      writer.failure ??= fault
      this.#relying.delete(writer)
    }
    return fault
  }

  #takeJobs(): Job[] {
    let blocks = 0
    let bytes = 0
    let count = 0
    while (count < this.#jobs.length && blocks < maxTurnBlocks && bytes < maxTurnBytes) {
      const job = this.#jobs[count++]!
      blocks += job.frames.all.length
      bytes += job.frames.bytes
    }
    return this.#jobs.splice(0, count)
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#turn.then(work)
    this.#turn = run.catch(() => {})
    return run
  }
}

function portionOf({ writer, frames }: Job): Portion {
  return { frames: frames.all, rely: (ordinal) => writer.rely(ordinal) }
}
