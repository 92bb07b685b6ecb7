import type { Clock } from '../ports/clock.ts'
import type { Db, Job, Writer } from '../ports/db/index.ts'
import type { Log } from '../ports/log.ts'
import { createBell } from './bell.ts'
import { laneSlots, whoGivesWay } from './lane-slots.ts'

/** How one run of a job ended: finished, or to be run again. `last` is part of the transaction that gives it back. */
export type JobEnd = { done: true } | { done: false; runAt: number; reason: string; last?(w: Writer): Promise<void> }

/** One kind of job. Throwing means: try again later, with backoff. */
export interface JobHandler {
  kind: string
  /** Runs at once in this process. */
  concurrency: number
  /** The lanes of its jobs share these by turns; each of its jobs has one. */
  byTurns?: boolean
  run(job: Job, signal: AbortSignal): Promise<JobEnd>
  /** Tells those who wait for this job that it is not run again by itself: its runs ended the process so many times. */
  bury?(job: Job): Promise<void>
}

export interface QueueParts {
  db: Db
  clock: Clock
  log: Log
  handlers: readonly JobHandler[]
  /** No other process runs jobs of this database: leases found at the start are of one that was killed. */
  alone: boolean
  /** Milliseconds that a job which has a lane runs before it gives way to others; default 20 s. */
  turnMs?: number
}

export interface Queue {
  start(): void
  /** Looks for work now. */
  wake(): void
  /** How many jobs of each kind this process runs now. */
  running(): Readonly<Record<string, number>>
  /** Stops what runs, gives the leases back, waits for it. */
  close(): Promise<void>
}

interface Running {
  job: Job
  lane: string
  rank: number
  since: number
  stop: AbortController
  ended: Promise<void>
}

const leaseMs = 15_000
const heartbeatMs = 5_000
const pollMs = 1_000
/** A job that was under way so often when its process ended runs beside no other such job, so that the right one is found. */
const suspectAfter = 2
const maxDeaths = 5
/** What has run for so long is not what ends processes. */
const forgivenMs = 60_000
const restMs = 60_000

/**
 * Runs leased jobs. A lease that its process no longer renews (kill -9) runs out, and any process takes the job again; jobs are
 * therefore written so that running twice does no harm.
 */
export function createQueue({ db, clock, log, handlers, alone, turnMs = 20_000 }: QueueParts): Queue {
  const owner = crypto.randomUUID()
  const bell = createBell()
  const running = new Map<string, Running>()
  /** Of each kind, the lane that was served last. */
  const served = new Map<string, string>()
  const looked = new Map<string, number>()
  let newest = false
  let isClosing = false
  let loop: Promise<void> | undefined
  let beat: NodeJS.Timeout | undefined
  let stopListening = () => {}

  const ofKind = (kind: string) => [...running.values()].filter(({ job }) => job.kind === kind)

  async function runOne(handler: JobHandler, job: Job, stop: AbortController): Promise<void> {
    try {
      const end = await handler.run(job, stop.signal)
      await db.write(async (w) => {
        if (end.done) return w.jobs.finish(job, owner, clock.now())
        await end.last?.(w)
        return w.jobs.retry(job, owner, { runAt: end.runAt, error: end.reason })
      })
    } catch (error) {
      await giveBack(job, error, stop.signal)
    }
  }

  /** Of all that runs, in one transaction; what has lost its lease is stopped. */
  async function renewLeases(): Promise<void> {
    if (running.size === 0) return
    const all = [...running.values()]
    const now = clock.now()
    const isForgiven = ({ since }: Running) => now - since > forgivenMs
    const lost = await db.write(async (w) => {
      const gone: Running[] = []
      for (const each of all) if (!(await w.jobs.extend(each.job.id, owner, now + leaseMs, { forgive: isForgiven(each) }))) gone.push(each)
      return gone
    })
    for (const { job } of all.filter(isForgiven)) job.deaths = 0
    for (const { stop } of lost) stop.abort()
  }

  async function giveBack(job: Job, error: unknown, { aborted }: AbortSignal): Promise<void> {
    const now = clock.now()
    const words = error instanceof Error ? error.message : String(error)
    const change = aborted ? { runAt: now, refund: true } : { runAt: now + Math.min(1000 * 2 ** job.attempts, 600_000), error: words }
    await db.write((w) => w.jobs.retry(job, owner, change))
    if (!aborted) log.warn({ job: job.kind, of: job.key, attempts: job.attempts, error }, 'a job failed and will be tried again')
  }

  /** A job that ends whatever process runs it must not do so for ever. */
  async function putAway(handler: JobHandler, job: Job): Promise<void> {
    log.error({ job: job.kind, of: job.key, deaths: job.deaths }, 'a job is not run, since the process ended each time that it was')
    if (handler.bury === undefined) return void (await db.write((w) => w.jobs.retry(job, owner, { runAt: clock.now() + restMs, error: 'the process ended' })))
    await handler.bury(job)
    await db.write((w) => w.jobs.bury(job, owner, 'the process ended'))
  }

  function launch(handler: JobHandler, job: Job): void {
    const isSuspect = ({ deaths }: Job) => deaths >= suspectAfter
    const stop = new AbortController()
    const mustWait = isSuspect(job) && [...running.values()].some((other) => isSuspect(other.job))
    const work = async () => {
      if (job.deaths >= maxDeaths) return putAway(handler, job)
      if (mustWait) return void (await db.write((w) => w.jobs.retry(job, owner, { runAt: clock.now() + pollMs, refund: true })))
      return runOne(handler, job, stop)
    }
    const ended = work()
      .catch((error: unknown) => log.error({ job: job.kind, of: job.key, error }, 'a job could not be given back; its lease will run out'))
      .finally(() => {
        running.delete(job.id)
        bell.ring()
      })
    running.set(job.id, { job, lane: job.lane, rank: job.rank, since: clock.now(), stop, ended })
  }

  /** One transaction for all kinds. */
  async function claimAll(): Promise<void> {
    const now = clock.now()
    const claimed = await db.write((w) => Promise.all(handlers.map((handler) => claimFor(w, handler, now))))
    handlers.forEach((handler, i) => claimed[i]!.forEach((job) => launch(handler, job)))
    for (const handler of handlers) if (handler.byTurns) await makeRoom(handler, now)
  }

  async function claimFor(w: Writer, { kind, concurrency, byTurns }: JobHandler, now: number): Promise<Job[]> {
    const held = ofKind(kind)
    const limit = concurrency - held.length
    if (limit <= 0) return []
    const lease = { owner, now, until: now + leaseMs, limit }
    if (!byTurns) return w.jobs.claim({ kinds: [kind], ...lease })
    newest = !newest
    const { jobs, last } = await w.jobs.claimInTurn({ kind, ...lease, after: served.get(kind) ?? '', newest, admits: laneSlots(concurrency, held) })
    served.set(kind, last)
    return jobs
  }

  /** Where a lane waits in vain, one that holds more is given back after its turn. */
  async function makeRoom({ kind, concurrency }: JobHandler, now: number): Promise<void> {
    const held = ofKind(kind).filter(({ stop }) => !stop.signal.aborted)
    const isCrowded = held.length > concurrency / 2 && held.some(({ since }) => now - since > turnMs)
    if (!isCrowded || now - (looked.get(kind) ?? 0) < pollMs) return
    looked.set(kind, now)
    const waiting = await db.read((r) => r.jobs.lanesDue(kind, now))
    if (waiting.length > 0) whoGivesWay(held, waiting, now - turnMs)?.stop.abort()
  }

  async function run(): Promise<void> {
    if (alone) await db.write((w) => w.jobs.releaseAll(clock.now())).catch((error: unknown) => log.warn({ error }, 'could not end the leases of an earlier process'))
    while (!isClosing) {
      await claimAll().catch((error: unknown) => log.warn({ error }, 'could not look for jobs'))
      await bell.wait(pollMs)
    }
  }

  return {
    start() {
      stopListening = db.onJob(bell.ring)
      beat = setInterval(() => void renewLeases().catch((error: unknown) => log.warn({ error }, 'could not renew leases')), heartbeatMs)
      loop = run()
    },
    wake: bell.ring,
    running: () => Object.fromEntries(handlers.map(({ kind }) => [kind, ofKind(kind).length])),
    async close() {
      stopListening()
      isClosing = true
      bell.ring()
      await loop
      for (const { stop } of running.values()) stop.abort()
      await Promise.all([...running.values()].map(({ ended }) => ended))
      clearInterval(beat)
    },
  }
}
