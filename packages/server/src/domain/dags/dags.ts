import { canonicalCid, parseCid } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { fault, toFault } from '../../kernel/faults.ts'
import type { BlockStore } from '../../ports/block-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Dag, DagState, Db, MissingBlock } from '../../ports/db/index.ts'
import { demand, type Principal } from '../access/index.ts'
import { applyMeasure, measureDag } from './measure.ts'

export interface DagsParts {
  db: Db
  blocks: BlockStore
  clock: Clock
}

export interface DagDescription {
  cid: string
  state: DagState
  bytes?: number
  blocks?: number
  /** Blocks known to be missing: the frontier; what lies below it is not known yet. */
  missingCount: number
  /** The first hundred. */
  missing: MissingBlock[]
  visits: number
}

export interface Dags {
  /** Fault NOT_FOUND where nobody here has named this root. */
  describe(principal: Principal, cidText: string): Promise<DagDescription>
  /**
   * Looks again at every partial DAG that somebody holds: blocks that arrived through any door may have completed
   * it. Goes in slices of the list; `signal` stops it between two.
   */
  settlePartials(signal: AbortSignal): Promise<void>
}

const shownMissing = 100
const slice = 100

export function createDags({ db, blocks, clock }: DagsParts): Dags {
  async function settle(dag: Dag, signal: AbortSignal): Promise<void> {
    const known = await db.read((r) => r.dags.missing(dag.cid, shownMissing))
    if (known.length > 0 && !(await anyArrived(known))) return
    try {
      const measure = await measureDag(blocks, CID.parse(dag.cid), { signal })
      await db.write(async (w) => applyMeasure(w, await w.dags.lock(dag.cid, clock.now()), measure, clock.now()))
    } catch (error) {
      // What is wrong with one DAG is told to those who wait for it, and keeps nobody else waiting.
      const { retry, message } = toFault(error)
      if (retry) throw error
      await db.write((w) => w.pins.settle(dag.cid, { status: 'failed', reason: message }))
    }
  }

  async function anyArrived(missing: readonly MissingBlock[]): Promise<boolean> {
    for (const { cid } of missing) if (await blocks.has(CID.parse(cid).multihash.bytes)) return true
    return false
  }

  return {
    async describe(principal, cidText) {
      demand(principal, 'pins:read')
      const cid = canonicalCid(parseCid(cidText))
      return db.read(async (r) => {
        const dag = await r.dags.get(cid)
        if (!dag || dag.holders === 0) throw fault('NOT_FOUND', { what: `DAG ${cid}` })
        const missing = dag.state === 'partial' ? await r.dags.missing(cid, shownMissing) : []
        return { cid, state: dag.state, bytes: dag.bytes, blocks: dag.blocks, missingCount: dag.missingCount, missing, visits: dag.visits }
      })
    },

    async settlePartials(signal) {
      let after = ''
      for (;;) {
        const partial = await db.read((r) => r.dags.partial(after, slice))
        for (const dag of partial) {
          signal.throwIfAborted()
          await settle(dag, signal)
          after = dag.cid
        }
        if (partial.length < slice) return
      }
    },
  }
}
