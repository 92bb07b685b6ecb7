import type { CID } from 'multiformats/cid'
import type { Clock } from '../../ports/clock.ts'
import type { Db } from '../../ports/db/index.ts'
import type { Log } from '../../ports/log.ts'
import type { Replicas } from '../../ports/replicas.ts'
import type { Moderation } from '../moderation/index.ts'
import { followNode, forgetNode, forgetOne, hasChanged } from './follow.ts'
import { lookAround } from './look-around.ts'
import { noteOutages } from './outages.ts'
import { replicateOne } from './replicate-one.ts'
import { standsAlone, standsWith, type Standing } from './standing.ts'
import { enqueueReplicate, followJob, lookJob } from './jobs.ts'

export interface ReplicationParts {
  db: Db
  clock: Clock
  log: Log
  /** What a list blocks is given to no node. */
  moderation: Moderation
  /** None: bytes are in our store alone. */
  replicas?: Replicas
  /** Where nodes can fetch from us; none: they cannot. */
  addresses(): readonly string[]
  /** A DAG as a CARv1. */
  content(root: CID, signal: AbortSignal): AsyncIterable<Uint8Array>
  /** Milliseconds after which confirmed copies are looked at again. */
  period: number
  /** Milliseconds between two tries while no node can be asked; default 2.5 s. */
  probeEvery?: number
}

export type PartsWithNodes = ReplicationParts & { replicas: Replicas }

/** What a run of a job tells the queue. */
export type ReplicateEnd = { done: true } | { done: false; runAt: number; reason: string }

/** Copies on other nodes: `pinned` is complete here, and confirmed by as many of them as are wanted. */
export interface Replication {
  /** There is nothing to do, now or later. */
  readonly isIdle: boolean
  readonly standing: Standing
  /** Brings the copies of one DAG in line with what is wanted of it. `attempts`: runs so far, this one included. */
  replicate(dag: string, options: { attempts: number; signal: AbortSignal }): Promise<ReplicateEnd>
  /** Looks at the copies whose turn it is, and sets the next turn. */
  lookAround(signal: AbortSignal): Promise<void>
  /** Goes through all DAGs after other nodes, or more of them, were configured, or none any more. */
  follow(signal: AbortSignal): Promise<void>
  /** Once at every start. */
  start(): Promise<void>
  close(): void
}

/** So many of those that wait are tried at once when the nodes are back; the others when their time comes. */
const hastened = 1_000

export async function createReplication(parts: ReplicationParts): Promise<Replication> {
  const { db, clock, replicas } = parts
  const isNew = await hasChanged(db, replicas)
  return replicas ? withNodes({ ...parts, replicas }, isNew) : alone({ db, clock }, isNew)
}

function withNodes(parts: PartsWithNodes, isNew: boolean): Replication {
  const { db, clock, log, replicas, probeEvery = 2_500 } = parts
  const { wanted } = replicas.status()
  const hasten = () =>
    db.write(async (w) => {
      for (const dag of await w.replicas.pending(hastened)) await enqueueReplicate(w, dag, clock.now())
    })
  const outages = noteOutages({ replicas, log, probeEvery, onEnd: hasten })
  return {
    isIdle: false,
    standing: standsWith(wanted),
    replicate: (dag, options) => replicateOne(dag, { ...parts, outages }, options),
    lookAround: (signal) => lookAround({ ...parts, outages }, signal),
    follow: (signal) => followNode({ db, clock, replicas }, signal),
    async start() {
      void outages.probe()
      await db.write(async (w) => {
        await w.jobs.enqueue({ kind: lookJob, key: '', runAt: clock.now() })
        if (isNew) await w.jobs.enqueue({ kind: followJob, key: '', runAt: clock.now() })
      })
    },
    close: outages.close,
  }
}

/** What is left of an earlier configuration is wound up. */
function alone({ db, clock }: Pick<ReplicationParts, 'db' | 'clock'>, isNew: boolean): Replication {
  return {
    isIdle: !isNew,
    standing: standsAlone,
    async replicate(dag) {
      await db.write((w) => forgetOne(w, dag, clock.now()))
      return { done: true }
    },
    lookAround: () => Promise.resolve(),
    follow: (signal) => forgetNode({ db, clock }, signal),
    async start() {
      if (isNew) await db.write((w) => w.jobs.enqueue({ kind: followJob, key: '', runAt: clock.now() }))
    },
    close() {},
  }
}
