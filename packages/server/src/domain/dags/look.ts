import type { DagTracker } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { toFault } from '../../kernel/faults.ts'
import type { BlockStore, BlockWriter } from '../../ports/block-store.ts'
import type { Dag, Db, Writer } from '../../ports/db/index.ts'
import type { Standing } from '../replicas/index.ts'
import type { dagTurns } from './dag-turns.ts'
import { fits, type KeptTrackers, type Known } from './kept-trackers.ts'
import { applyMeasure, claimingSource, measureOf, type Judges, type Measure, type Settled } from './measure.ts'

export interface LookParts extends Judges {
  db: Db
  blocks: BlockStore
  kept: KeptTrackers
  turns: ReturnType<typeof dagTurns>
  begin(root: CID, dag: string): DagTracker
}

export interface LookOptions {
  /** Claims what is found here, so that it stays until the writer ends. */
  writer: BlockWriter
  /** Blocks that may be looked at; default no bound. */
  budget?: number
  signal?: AbortSignal
  /** Nothing is written of a DAG that nobody holds. */
  heldOnly?: boolean
}

/** One act of looking at a DAG, and of writing down what was found. The DAG's turn is kept until it ends. */
export interface Look extends Disposable {
  isComplete: boolean
  /** There is more to be looked at: it was too much, or came meanwhile. */
  readonly isUnfinished: boolean
  /** Blocks that were looked at. */
  steps: number
  /** Locks the row and writes what was found. Throws StaleLook where it may not be true any more. */
  lock(w: Writer, now: number): Promise<Settled & { measure?: Measure }>
  /** The transaction is committed. */
  committed(): void
}

/** Since the look the DAG was given up by a reclaim. */
export class StaleLook extends Error {}

/** `trusts`: what is known from earlier is relied on; otherwise all is looked at again. */
export async function lookAt(root: CID, dag: string, parts: LookParts, options: LookOptions & { trusts: boolean }): Promise<Look> {
  const { db, blocks, kept, turns, begin, standing } = parts
  const { writer, budget = Infinity, signal, heldOnly = false, trusts } = options
  const read = () => db.peek((r) => r.dags.get(dag))
  let row = await read()
  if (row?.state === 'complete' && trusts) return completeLook(dag, standing)
  const turn = await turns.take(dag)
  let known: Known | undefined
  try {
    if (turn.waited) row = await read()
    if (row?.state === 'complete' && trusts) {
      turn[Symbol.dispose]()
      return completeLook(dag, standing)
    }
    const earlier = kept.take(dag, trusts ? row : undefined)
    // A row that is held keeps what is found from now on; one that nobody holds does only once this look is committed.
    known = earlier ?? { tracker: begin(root, dag), row: row && row.holders > 0 ? row : undefined }
    kept.use(dag, known)
    return await finish(known, earlier === undefined)
  } catch (error) {
    if (known) kept.putBack(dag, known)
    turn[Symbol.dispose]()
    throw error
  }

  async function finish(of: Known, isFresh: boolean): Promise<Look> {
    const { tracker } = of
    const before = tracker.size
    const source = claimingSource(blocks, writer, { signal })
    if (!tracker.isSettled) of.isWritten = false
    const isSettled = await advance(of, () => tracker.advance(source, { budget, signal }), budget < Infinity)
    const measure = isSettled ? await measureOf(tracker, source) : undefined
    let locked: Dag | undefined
    let { isWritten = false } = of
    return {
      isComplete: measure?.complete === true,
      get isUnfinished() {
        return !tracker.isSettled
      },
      steps: tracker.size - before + 1,
      async lock(w, now) {
        const found = await w.dags.lock(dag, now)
        if (found.state === 'partial' && !isFresh && !fits(of, found)) throw new StaleLook()
        const isLeft = (heldOnly && found.holders === 0) || (of.isWritten && found.state === 'partial')
        const settled = isLeft ? { dag: found } : await applyMeasure(w, found, measure, now, parts)
        if (!isLeft) isWritten = isSettled
        locked = settled.dag
        return { ...settled, measure }
      },
      committed() {
        of.row = locked
        of.isWritten = isWritten
      },
      [Symbol.dispose]() {
        kept.putBack(dag, of)
        turn[Symbol.dispose]()
      },
    }
  }
}

/** Whether it came to the end. What is wrong with the DAG itself is not kept; that it is too large is left to a job where one may do more. */
async function advance(known: Known, run: () => Promise<boolean>, isBounded: boolean): Promise<boolean> {
  try {
    return await run()
  } catch (error) {
    const { code, retry } = toFault(error)
    if (!retry) known.row = undefined
    if (code === 'DAG_LIMIT' && isBounded) return false
    throw error
  }
}

/** The row says all. */
function completeLook(dag: string, standing: Standing): Look {
  return {
    isComplete: true,
    isUnfinished: false,
    steps: 1,
    async lock(w, now) {
      const locked = await w.dags.lock(dag, now)
      if (locked.state === 'partial') throw new StaleLook()
      return { dag: locked, unconfirmed: await standing(w, dag, now) }
    },
    committed() {},
    [Symbol.dispose]() {},
  }
}
