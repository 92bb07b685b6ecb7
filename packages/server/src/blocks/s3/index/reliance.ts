import { setTimeout as sleep } from 'node:timers/promises'
import { fault, type Fault } from '../../../kernel/faults.ts'
import type { IndexDb } from './index-db.ts'
import type { Log } from '../../../ports/log.ts'

/** Somebody who relies on blocks: what they put or claimed has a stamp of at least `since`. */
export interface Hold {
  readonly since: number
  /** Why nothing may be built on it any more. */
  failure?: Fault
}

export interface RelianceOptions {
  db: IndexDb
  /** Milliseconds between two signs of life. */
  beatMs: number
  /** Milliseconds without one after which nothing is acknowledged. */
  lateMs: number
  log?: Log
}

/**
 * What this process relies on, made known to the others by a row of the database: its horizon, which no reclaim of theirs reaches beyond.
 * Stamps are microseconds of the clock, but grow whatever the clock does.
 */
export class Reliance {
  readonly process: string = crypto.randomUUID()
  readonly #db: IndexDb
  readonly #beatMs: number
  readonly #lateMs: number
  readonly #log?: Log
  /** In the order of their stamps, so that the first is the oldest. */
  readonly #holds = new Set<Hold>()
  readonly #stop = new AbortController()
  #last = 0
  /** By the monotonic clock; the database has known us to live at least since then. */
  #seen = 0
  #beating: Promise<void> = Promise.resolve()

  constructor({ db, beatMs, lateMs, log }: RelianceOptions) {
    this.#db = db
    this.#beatMs = beatMs
    this.#lateMs = lateMs
    this.#log = log
  }

  async start(): Promise<void> {
    await this.#join()
    this.#beating = this.#beat()
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#beating
    await this.#db.write((w) => w.reliance.leave(this.process)).catch((error: unknown) => this.#log?.warn({ error }, 'the store could not sign off; others wait for it a while'))
  }

  stamp(): number {
    return (this.#last = Math.max(this.#last + 1, Date.now() * 1000))
  }

  begin(): Hold {
    const hold: Hold = { since: this.stamp() }
    this.#holds.add(hold)
    return hold
  }

  end(hold: Hold): void {
    this.#holds.delete(hold)
  }

  /** At or below the stamp of everybody who relies on something now or later. */
  horizon(): number {
    const [oldest] = this.#holds
    return oldest?.since ?? this.stamp()
  }

  /** Throws where others may have given this process up, and so have freed what it relies on. */
  demand(hold: Hold): void {
    if (hold.failure) throw hold.failure
    if (performance.now() - this.#seen > this.#lateMs) throw lost()
  }

  async #beat(): Promise<void> {
    for (;;) {
      await sleep(this.#beatMs, undefined, { ref: false, signal: this.#stop.signal }).catch(() => undefined)
      if (this.#stop.signal.aborted) return
      try {
        const asked = performance.now()
        const horizon = this.horizon()
        const greatest = await this.#db.write((w) => w.reliance.beat(this.process, horizon))
        if (greatest === undefined) await this.#join()
        else {
          this.#seen = asked
          this.#last = Math.max(this.#last, greatest)
        }
      } catch (error) {
        this.#log?.warn({ error }, 'the block store could not reach the database to say that it lives')
      }
    }
  }

  /** Whoever relied on something before was given up with the process. */
  async #join(): Promise<void> {
    for (const hold of this.#holds) hold.failure ??= lost()
    this.#holds.clear()
    const asked = performance.now()
    const stamp = this.stamp()
    this.#last = Math.max(this.#last, await this.#db.write((w) => w.reliance.join(this.process, stamp)))
    this.#seen = asked
  }
}

function lost(): Fault {
  return fault('UPSTREAM_FAILED', { reason: 'this process was out of touch with the database for too long to vouch for what it stored; try again' })
}
