import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../ports/clock.ts'
import type { Db, Job } from '../ports/db/index.ts'
import type { Log } from '../ports/log.ts'

/** How one run of a job ended: finished, or to be run again. */
export type JobEnd = { done: true } | { done: false; runAt: number; reason: string }

/** One kind of job. Throwing means: try again later, with backoff; `maxAttempts` throws bury it. */
export interface JobHandler {
  kind: string
  /** Runs at once in this process. */
  concurrency: number
  run(job: Job, signal: AbortSignal): Promise<JobEnd>
}

export interface QueueParts {
  db: Db
  clock: Clock
  log: Log
  handlers: readonly JobHandler[]
  /** No other process runs jobs of this database: leases found at the start are of one that was killed. */
  alone: boolean
}

export interface Queue {
  start(): void
  /** Looks for work now. */
  wake(): void
  /** Stops what runs, gives the leases back, waits for it. */
  close(): Promise<void>
}

const leaseMs = 15_000
const heartbeatMs = 5_000
const pollMs = 1_000
const maxAttempts = 20

/**
 * Runs leased jobs. A lease that its process no longer renews (kill -9) runs out, and any process takes the job again; jobs are
 * therefore written so that running twice does no harm.
 */
export function createQueue({ db, clock, log, handlers, alone }: QueueParts): Queue {
  const owner = crypto.randomUUID()
  const stop = new AbortController()
  const running = new Map<string, { kind: string; ended: Promise<void> }>()
  let wakeUp = () => {}
  let loop: Promise<void> | undefined
  let stopListening = () => {}

  async function runOne(handler: JobHandler, job: Job): Promise<void> {
    const lost = new AbortController()
    const ended = new AbortController()
    const beat = heartbeat(job, lost, ended.signal)
    try {
      const end = await handler.run(job, AbortSignal.any([stop.signal, lost.signal]))
      await db.write((w) => (end.done ? w.jobs.finish(job, owner, clock.now()) : w.jobs.retry(job, owner, { runAt: end.runAt, error: end.reason })))
    } catch (error) {
      await giveBack(job, error)
    } finally {
      ended.abort()
      await beat
    }
  }

  async function heartbeat(job: Job, lost: AbortController, ended: AbortSignal): Promise<void> {
    while (await pause(heartbeatMs, ended)) {
      try {
        if (!(await db.write((w) => w.jobs.extend(job.id, owner, clock.now() + leaseMs)))) lost.abort()
      } catch (error) {
        log.warn({ job: job.kind, of: job.key, error }, 'could not renew a lease')
      }
    }
  }

  async function giveBack(job: Job, error: unknown): Promise<void> {
    const words = error instanceof Error ? error.message : String(error)
    const now = clock.now()
    await db.write(async (w) => {
      if (stop.signal.aborted) return w.jobs.retry(job, owner, { runAt: now, refund: true })
      if (job.attempts >= maxAttempts) return w.jobs.bury(job, owner, words)
      return w.jobs.retry(job, owner, { runAt: now + Math.min(1000 * 2 ** job.attempts, 600_000), error: words })
    })
    if (!stop.signal.aborted) log.warn({ job: job.kind, of: job.key, attempts: job.attempts, error }, 'a job failed and will be tried again')
  }

  async function claimFor(handler: JobHandler): Promise<number> {
    const busy = [...running.values()].filter(({ kind }) => kind === handler.kind).length
    const limit = handler.concurrency - busy
    if (limit <= 0) return 0
    const now = clock.now()
    const jobs = await db.write((w) => w.jobs.claim({ kinds: [handler.kind], owner, now, until: now + leaseMs, limit }))
    for (const job of jobs) {
      const ended = runOne(handler, job)
        .catch((error: unknown) => log.error({ job: job.kind, of: job.key, error }, 'a job could not be given back; its lease will run out'))
        .finally(() => {
          running.delete(job.id)
          wakeUp()
        })
      running.set(job.id, { kind: handler.kind, ended })
    }
    return jobs.length
  }

  async function run(): Promise<void> {
    if (alone) await db.write((w) => w.jobs.releaseAll(clock.now())).catch((error: unknown) => log.warn({ error }, 'could not end the leases of an earlier process'))
    while (!stop.signal.aborted) {
      const woken = new AbortController()
      wakeUp = () => woken.abort()
      try {
        for (const handler of handlers) await claimFor(handler)
      } catch (error) {
        log.warn({ error }, 'could not look for jobs')
      }
      await pause(pollMs, AbortSignal.any([stop.signal, woken.signal]))
    }
  }

  return {
    start() {
      stopListening = db.onJob(() => wakeUp())
      loop = run()
    },
    wake: () => wakeUp(),
    async close() {
      stopListening()
      stop.abort()
      await loop
      await Promise.all([...running.values()].map(({ ended }) => ended))
    },
  }
}

/** False where the signal ended the pause. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return sleep(ms, true, { signal }).catch(() => false)
}
