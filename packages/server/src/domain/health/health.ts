import { fault } from '../../kernel/faults.ts'
import type { BlockStore, SegmentFacts } from '../../ports/block-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db, Job } from '../../ports/db/index.ts'
import { actorOf, demand, type Principal } from '../access/index.ts'
import { reclaimJob } from '../reclaim/index.ts'

export interface HealthParts {
  db: Db
  blocks: BlockStore
  clock: Clock
  /** Of jobs, all that there are. */
  kinds: readonly string[]
}

export interface JobsReport {
  /** By kind; `due` and `later` are counted up to `counted`. */
  kinds: { kind: string; due: number; later: number; dead: number; /** Since when the first one is due. */ oldest?: number }[]
  counted: number
  /** The first of those that were given up. */
  dead: Job[]
}

/** How store and work are, for those who administer the server. Fault SCOPE_MISSING for others. */
export interface Health {
  segments(principal: Principal): Promise<SegmentFacts[]>
  jobs(principal: Principal): Promise<JobsReport>
  /** Has a job run now, also one that was given up. Fault NOT_FOUND. */
  retry(principal: Principal, job: { kind: string; key: string }): Promise<void>
  /** Looks soon for what may be freed. */
  reclaim(principal: Principal): Promise<void>
}

const counted = 10_000
const maxDead = 50
const maxSegments = 2_000
/** Milliseconds that a look through all segments is good for. */
const rememberedMs = 15_000

export function createHealth({ db, blocks, clock, kinds }: HealthParts): Health {
  let seen: { at: number; segments: Promise<SegmentFacts[]> } | undefined

  return {
    async segments(principal) {
      demand(principal, 'admin')
      const now = clock.now()
      if (seen === undefined || now - seen.at > rememberedMs) seen = { at: now, segments: blocks.segments(maxSegments) }
      try {
        return await seen.segments
      } catch (error) {
        seen = undefined
        throw error
      }
    },

    async jobs(principal) {
      demand(principal, 'admin')
      const now = clock.now()
      return db.read(async (r) => {
        const found = []
        for (const kind of kinds) found.push({ kind, ...(await r.load.jobs(kind, now, counted)) })
        return { kinds: found, counted, dead: await r.jobs.buried(kinds, maxDead) }
      })
    },

    async retry(principal, { kind, key }) {
      demand(principal, 'admin')
      const now = clock.now()
      await db.write(async (w) => {
        if (!(await w.jobs.byKey(kind, key))) throw fault('NOT_FOUND', { what: 'such job' })
        await w.jobs.enqueue({ kind, key, runAt: now })
        await w.events.insert({ kind: 'job.retried', actor: actorOf(principal), at: now, data: { kind, key } })
      })
    },

    async reclaim(principal) {
      demand(principal, 'admin')
      await db.write((w) => w.jobs.enqueue({ kind: reclaimJob, key: 'regular', runAt: clock.now() }))
    },
  }
}
