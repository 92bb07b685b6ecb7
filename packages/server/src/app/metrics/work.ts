import { Gauge, type Registry } from 'prom-client'
import type { Queue } from '../../jobs/queue.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db } from '../../ports/db/index.ts'

export interface WorkMetricParts {
  db: Db
  queue: Queue
  clock: Clock
}

/** Jobs of a kind and state that are counted; more are told as so many. */
const counted = 10_000

/** The database, and what it says that is to do. Where it does not answer, nothing is said of that. */
export function workMetrics({ db, queue, clock }: WorkMetricParts, registers: Registry[]) {
  const up = new Gauge({ name: 'thole_database_up', help: '1 where the database answers.', labelNames: ['kind'], registers })
  const seconds = new Gauge({ name: 'thole_database_ping_seconds', help: 'What the smallest question to the database took.', registers })
  const commits = new Gauge({ name: 'thole_database_writes', help: 'Transactions of this process since its start.', registers })
  const pins = new Gauge({ name: 'thole_pins', help: 'Pin requests, by status.', labelNames: ['status'], registers })
  const jobs = new Gauge({ name: 'thole_jobs', help: `Jobs by kind and state: due, later (running ones too), dead; ${counted} stands for that many or more.`, labelNames: ['kind', 'state'], registers })
  const age = new Gauge({ name: 'thole_jobs_oldest_due_seconds', help: 'How long the first job of a kind that is due has waited.', labelNames: ['kind'], registers })
  const running = new Gauge({ name: 'thole_jobs_running', help: 'Jobs that this process runs; fetch-dag: DAGs that are being fetched.', labelNames: ['kind'], registers })

  async function ask(): Promise<void> {
    const began = performance.now()
    await db.read((r) => r.instance.get('store'))
    seconds.set((performance.now() - began) / 1000)
    for (const [status, n] of Object.entries(await db.read((r) => r.load.pins()))) pins.set({ status }, n)
    const now = clock.now()
    for (const kind of Object.keys(queue.running())) {
      const { oldest, ...load } = await db.read((r) => r.load.jobs(kind, now, counted))
      for (const [state, n] of Object.entries(load)) jobs.set({ kind, state }, n)
      age.set({ kind }, oldest === undefined ? 0 : Math.max(0, now - oldest) / 1000)
    }
  }

  return async (): Promise<void> => {
    for (const [kind, n] of Object.entries(queue.running())) running.set({ kind }, n)
    commits.set(db.commits)
    try {
      await ask()
      up.set({ kind: db.kind }, 1)
    } catch {
      up.set({ kind: db.kind }, 0)
      for (const gauge of [seconds, pins, jobs, age]) gauge.reset()
    }
  }
}
