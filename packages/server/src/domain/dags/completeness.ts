import { setImmediate as nextTurn } from 'node:timers/promises'
import { canonicalCid, DagTracker, Frontier } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import type { BlockStore, Multihash, StoreOptions } from '../../ports/block-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db, Writer } from '../../ports/db/index.ts'
import { standsAlone, type Standing } from '../replicas/index.ts'
import { dagTurns } from './dag-turns.ts'
import { enqueueSettle, enqueueSettlePartials } from './jobs.ts'
import { KeptTrackers, type KeepLimits } from './kept-trackers.ts'
import { lookAt, StaleLook, type Look, type LookOptions } from './look.ts'
import type { Judges, Measure, Settled } from './measure.ts'
import { notingWriter, type NotingWriter } from './noting-writer.ts'

export type { NotingWriter }

export interface CompletenessParts extends KeepLimits {
  db: Db
  blocks: BlockStore
  clock: Clock
  /** Default: what is complete here is pinned. */
  standing?: Standing
  /** Default: everybody has room for what becomes complete. */
  quotas?: Judges['quotas']
}

export interface DecideOptions extends Omit<LookOptions, 'writer'> {
  /** Whatever is found is claimed by it, so it is to end after the decision. DAGs that waited for what it brought are left to jobs. */
  writer: NotingWriter
}

/** What was found of some roots. */
export interface Looked {
  /** Whether every one is complete. */
  isComplete: boolean
  /** Locks the row of one of them, and writes what was found. No measure where the row said `complete`, or the look did not come to its end. */
  lock(w: Writer, dag: string, now: number): Promise<Settled & { measure?: Measure }>
}

/** Made after each look; what it returns is run in one transaction. */
export type Plan<T> = (looked: Looked) => Promise<(w: Writer) => Promise<T>>

/**
 * How complete the DAGs are that somebody named, kept as blocks come in through any door of this process. It lies in memory and may be
 * lost at any time: one walk finds it out again.
 */
export interface Completeness {
  /** Every block that comes into the store is to come by such a writer. */
  writer(options?: StoreOptions): NotingWriter
  /**
   * Looks at some roots, then runs a transaction that locks each of them and goes by what was found. Where that does not hold any more when
   * they are locked, all is done anew. A root that was not looked at to the end is left to a job. Faults: INVALID_REQUEST and
   * UNSUPPORTED_CODEC for blocks that cannot be walked, DAG_LIMIT where there is no budget.
   */
  decide<T>(roots: readonly CID[], options: DecideOptions, plan: Plan<T>): Promise<T>
  /** Leaves the DAGs that waited for what this writer brought to jobs, where no decision does. */
  passOn(writer: NotingWriter): Promise<void>
  /** Whether what this DAG waits for is kept in mind. */
  covers(dag: string): boolean
  /** To be called when this DAG is complete. */
  forget(dag: string): void
  /** Whether it could be, without another DAG having to go. */
  hasRoomFor(dag: string): boolean
  /** Runs a look at all DAGs that are not covered, which tells whether it left none. Until one did, and none has been lost since, each decision asks for it. */
  coverAll(look: () => Promise<boolean>): Promise<void>
  close(): void
}

/** Where each look at the DAGs that are not covered takes long, since there are very many, there is so much rest between two. */
const restFactor = 3

/** Blocks that are told in one turn of the event loop. */
const atOnce = 1_024

export function createCompleteness({ db, blocks, clock, standing = standsAlone, quotas, ...limits }: CompletenessParts): Completeness {
  const frontier = new Frontier()
  const kept = new KeptTrackers(limits)
  const turns = dagTurns()
  const stopListening = blocks.onDamage((hash) => kept.damaged(hash))
  /** DAGs for which something arrived while nobody told of it. */
  const strays = new Set<string>()
  let touched = strays
  let coveredAt: number | undefined
  /** Looks at all DAGs that have begun; and at which of these numbers the next was asked for, by a job that is committed. */
  let begun = 0
  let askedAt: number | undefined
  /** Milliseconds from a decision to the look that it asks for. */
  let rest = 0

  async function tell(hashes: Iterable<Multihash>, mine: Set<string>): Promise<void> {
    let told = 0
    for (const hash of hashes) {
      if (frontier.size === 0) return
      touched = mine
      frontier.arrived(hash)
      touched = strays
      if (++told % atOnce === 0) await nextTurn()
    }
  }

  const begin = (root: CID, dag: string) => new DagTracker(root, { frontier, onArrival: () => touched.add(dag) })

  async function attempt<T>(roots: readonly [dag: string, root: CID][], options: DecideOptions, plan: Plan<T>, trusts: boolean): Promise<T> {
    const { writer } = options
    await using stack = new AsyncDisposableStack()
    const looks = new Map<string, Look>()
    let { budget = Infinity } = options
    for (const [dag, root] of roots) {
      const look = await lookAt(root, dag, { db, blocks, kept, turns, begin, standing, quotas }, { ...options, budget, trusts })
      stack.use(look)
      looks.set(dag, look)
      budget = Math.max(0, budget - look.steps)
    }
    const looked: Looked = {
      isComplete: [...looks.values()].every(({ isComplete }) => isComplete),
      lock: (w, dag, now) => looks.get(dag)!.lock(w, now),
    }
    const transaction = await plan(looked)
    const others = takeTouched(writer)
    for (const [dag, { isUnfinished }] of looks) {
      if (isUnfinished) others.add(dag)
      else others.delete(dag)
    }
    try {
      const result = await seeingTo(others, transaction)
      for (const look of looks.values()) look.committed()
      return result
    } catch (error) {
      // What was found is not written down.
      for (const dag of looks.keys()) strays.add(dag)
      throw error
    }
  }

  /** From here on the caller sees to these. */
  function takeTouched(writer: NotingWriter): Set<string> {
    const taken = new Set([...writer.touched, ...strays])
    writer.touched.clear()
    strays.clear()
    return taken
  }

  /** Runs a transaction that also leaves these DAGs to jobs. */
  async function seeingTo<T>(dags: ReadonlySet<string>, transaction: (w: Writer) => Promise<T>): Promise<T> {
    try {
      const before = begun
      let lost = kept.lost
      let asks = false
      let hasAsked = false
      const result = await db.write(async (w) => {
        const done = await transaction(w)
        const now = clock.now()
        for (const dag of [...dags].sort()) await enqueueSettle(w, dag, now)
        // What others store is heard of by nobody here, so that a look of before says nothing.
        lost = kept.lost
        asks = limits.maxDags === 0 || (coveredAt !== lost && askedAt !== begun)
        hasAsked = asks && (await enqueueSettlePartials(w, now, rest))
        return done
      })
      if (hasAsked) askedAt = before
      // There is none.
      else if (asks) coveredAt = lost
      return result
    } catch (error) {
      for (const dag of dags) strays.add(dag)
      throw error
    }
  }

  async function passOn(writer: NotingWriter): Promise<void> {
    const dags = takeTouched(writer)
    if (dags.size > 0) await seeingTo(dags, async () => {})
  }

  /** What came with an upload that failed is here all the same. Where this fails too, the next decision sees to it. */
  const abandon = (writer: NotingWriter) => passOn(writer).catch(() => {})

  return {
    writer: (options) => notingWriter(blocks.writer(options), { tell, leave: abandon }),

    async decide(roots, options, plan) {
      // One order everywhere, so that two decisions cannot wait for each other.
      const named = [...new Map(roots.map((root) => [canonicalCid(root), root]))].sort(([a], [b]) => (a < b ? -1 : 1))
      try {
        return await attempt(named, options, plan, true)
      } catch (error) {
        if (!(error instanceof StaleLook)) throw error
        return attempt(named, options, plan, false)
      }
    },

    passOn,

    covers: (dag) => kept.has(dag),
    forget: (dag) => kept.drop(dag),
    hasRoomFor: (dag) => kept.hasRoomFor(dag),
    async coverAll(look) {
      const { lost } = kept
      begun++
      const started = performance.now()
      const leftNone = await look()
      rest = (performance.now() - started) * restFactor
      coveredAt = leftNone ? lost : undefined
    },
    close: stopListening,
  }
}
