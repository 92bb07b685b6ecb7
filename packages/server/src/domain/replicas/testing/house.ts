import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canonicalCid, carFrame, carHeader, type Block } from '@thole/dag'
import { openMemoryStore } from '../../../blocks/index.ts'
import { openDb } from '../../../db/index.ts'
import { scopes } from '../../../kernel/scopes.ts'
import type { Log } from '../../../ports/log.ts'
import { memoryNodes } from '../../../replicas/testing/memory-nodes.ts'
import type { Principal } from '../../access/index.ts'
import { createCompleteness, createDags } from '../../dags/index.ts'
import { openToAll } from '../../moderation/index.ts'
import { createPins } from '../../pins/index.ts'
import { createReclaim } from '../../reclaim/index.ts'
import { createRetrieval } from '../../retrieval/index.ts'
import { createUploads } from '../../uploads/index.ts'
import { createReplication, followJob, lookJob, mendJob, replicaWords, replicateJob } from '../index.ts'

const { signal } = new AbortController()
const day = 86_400_000

/** Uploads and pins over a memory store and SQLite, with nodes in memory; time stands still unless it is moved. */
export async function openHouse({ wanted = 2, size = 3, probeEvery = day, moderation = openToAll } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'thole-replicas-'))
  const db = await openDb({ url: join(folder, 'thole.sqlite') })
  await db.migrate()
  const blocks = openMemoryStore()
  let now = 1_000_000
  const clock = { now: () => now }
  const words: string[] = []
  const note = (_: object, text: string) => void words.push(text)
  const log: Log = { debug: note, info: note, warn: note, error: note }
  const account = { id: crypto.randomUUID(), email: 'a@example.org', role: 'user', created: 1, suspended: false } as const
  await db.write((w) => w.accounts.insert(account))
  const who: Principal = { account, scopes: new Set(scopes) }
  const nodes = memoryNodes({ wanted, size })

  async function open(withNodes: boolean) {
    const retrieval = createRetrieval({ db, blocks, moderation: openToAll })
    const content = (root: Block['cid']) => retrieval.car({ root }).bytes
    const replication = await createReplication({ db, clock, log, moderation, replicas: withNodes ? nodes.replicas : undefined, addresses: () => [], content, period: day, probeEvery })
    await replication.start()
    const completeness = createCompleteness({ db, blocks, clock, standing: replication.standing })
    const parts = { db, blocks, completeness, moderation: openToAll, clock, maxBody: 1e9, minFree: 0, fetchDeadline: day, maxWaiting: 0, partialTtl: day }
    return { replication, completeness, uploads: createUploads(parts), pins: createPins(parts), dags: createDags(parts), reclaim: createReclaim({ db, blocks, clock, grace: 0, log }) }
  }
  let parts = await open(true)

  return {
    db, blocks, nodes, who, words, clock,
    get parts() {
      return parts
    },
    pass: (ms: number) => void (now += ms),

    /** As after a restart with other settings. */
    async reopen(withNodes: boolean) {
      parts.completeness.close()
      parts.replication.close()
      parts = await open(withNodes)
    },

    async send(root: Block, all: readonly Block[] = [root]) {
      const bytes = Buffer.concat([carHeader([root.cid]), ...all.flatMap((block) => carFrame(block))])
      const stream = (async function* () { yield bytes })()
      const { pins } = await parts.uploads.car(who, stream, { profile: 'unixfs-v1-2025', pin: true, signal })
      return pins[0]!
    },

    pin: (root: Block) => parts.pins.add(who, { cid: root.cid.toString() }),
    get: (id: string) => parts.pins.get(who, id),
    /** Status and words of a request. */
    async told(id: string) {
      const { status, reason, replicas } = await parts.pins.get(who, id)
      return [status, replicaWords(status, replicas) ?? reason]
    },
    remove: (id: string) => parts.pins.remove(who, id),
    row: (root: Block) => db.read((r) => r.replicas.get(canonicalCid(root.cid))),

    /** Does the jobs that are due; returns what was done. */
    async work(): Promise<string[]> {
      const done: string[] = []
      for (;;) {
        const jobs = await db.write((w) => w.jobs.claim({ kinds: [replicateJob, mendJob, lookJob, followJob], owner: 'test', now, until: now + day, limit: 100 }))
        if (jobs.length === 0) return done
        for (const job of jobs) {
          done.push(job.kind)
          if (job.kind === lookJob) await parts.replication.lookAround(signal)
          else if (job.kind === followJob) await parts.replication.follow(signal)
          else {
            const end = await parts.replication.replicate(job.key, { attempts: job.attempts, signal })
            if (!end.done) {
              await db.write((w) => w.jobs.retry(job, 'test', { runAt: end.runAt, error: end.reason }))
              continue
            }
          }
          await db.write((w) => w.jobs.finish(job, 'test', now))
        }
      }
    },

    async [Symbol.asyncDispose]() {
      parts.completeness.close()
      parts.replication.close()
      await db.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
