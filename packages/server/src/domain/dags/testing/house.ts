import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canonicalCid, carFrame, carHeader, DagTracker, type Block } from '@thole/dag'
import { openMemoryStore } from '../../../blocks/memory-store.ts'
import { openDb } from '../../../db/index.ts'
import { scopes } from '../../../kernel/scopes.ts'
import type { BlockStore } from '../../../ports/block-store.ts'
import type { Principal } from '../../access/index.ts'
import { openToAll } from '../../moderation/index.ts'
import { createPins } from '../../pins/index.ts'
import { createUploads } from '../../uploads/index.ts'
import { createCompleteness, createDags } from '../index.ts'
import { settleDagJob, settlePartialsJob } from '../jobs.ts'
import type { KeepLimits } from '../kept-trackers.ts'
import { claimingSource, measureOf, type Measure } from '../measure.ts'

const never = new AbortController().signal

/** What a walk over the store finds. */
export async function measured(blocks: BlockStore, root: Block): Promise<Measure> {
  await using writer = blocks.writer()
  const source = claimingSource(blocks, writer)
  const tracker = new DagTracker(root.cid)
  await tracker.advance(source)
  return measureOf(tracker, source)
}

/** Uploads and pins over a memory store and SQLite. `restart` forgets what lies in memory alone. */
export async function openHouse(limits: KeepLimits = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'thole-complete-'))
  const db = await openDb({ url: join(folder, 'thole.sqlite') })
  await db.migrate()
  const blocks = openMemoryStore()
  const clock = { now: () => Date.now() }
  const id = crypto.randomUUID()
  const account = { id, email: 'a@example.org', role: 'user', created: 1, suspended: false } as const
  await db.write((w) => w.accounts.insert(account))
  const who: Principal = { account, scopes: new Set(scopes) }

  function open() {
    const completeness = createCompleteness({ db, blocks, clock, ...limits })
    const parts = { db, blocks, completeness, moderation: openToAll, clock, maxBody: 1e9, minFree: 0, fetchDeadline: 1e9, maxWaiting: 0, partialTtl: 1e9 }
    return { completeness, uploads: createUploads(parts), pins: createPins(parts), dags: createDags(parts) }
  }
  let parts = open()

  return {
    db, blocks, clock, who,
    get parts() {
      return parts
    },
    restart() {
      parts.completeness.close()
      parts = open()
    },

    async send(roots: readonly Block[], all: readonly Block[], { pin = true, signal = never } = {}) {
      const bytes = Buffer.concat([carHeader(roots.map(({ cid }) => cid)), ...all.flatMap((block) => carFrame(block))])
      const stream = (async function* () { yield bytes })()
      return parts.uploads.car(who, stream, { profile: 'unixfs-v1-2025', pin, signal })
    },

    describe: async (root: Block) => {
      const { state, missingCount, missing, blocks: count, bytes } = await parts.dags.describe(who, root.cid.toString())
      return { state, missingCount, missing: missing.map(({ path }) => path), blocks: count, bytes }
    },

    row: (root: Block) => db.read((r) => r.dags.get(canonicalCid(root.cid))),

    /** Does the jobs that settle DAGs; returns which there were. */
    async work(): Promise<string[]> {
      const done: string[] = []
      for (;;) {
        const now = clock.now() + 60_000
        const jobs = await db.write((w) => w.jobs.claim({ kinds: [settleDagJob, settlePartialsJob], owner: 'test', now, until: now, limit: 100 }))
        if (jobs.length === 0) return done
        for (const job of jobs) {
          if (job.kind === settleDagJob) await parts.dags.settle(job.key, never)
          else await parts.dags.settlePartials(never)
          await db.write((w) => w.jobs.finish(job, 'test', now))
          done.push(job.kind)
        }
      }
    },

    async [Symbol.asyncDispose]() {
      parts.completeness.close()
      await db.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
