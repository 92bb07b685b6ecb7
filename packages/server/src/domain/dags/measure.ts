import { canonicalCid, type DagTracker, type WalkSource } from '@thole/dag'
import type { BlockStore, BlockWriter, StoreOptions } from '../../ports/block-store.ts'
import type { Dag, MissingBlock, Writer } from '../../ports/db/index.ts'
import { settlePins } from '../events/index.ts'
import type { Standing } from '../replicas/index.ts'
import type { Quotas } from '../usage/index.ts'
import { intactBlock } from './intact-block.ts'

/** How much of a DAG is stored: every distinct block once. */
export type Measure =
  | { complete: true; bytes: number; blocks: number }
  | { complete: false; bytes: number; blocks: number; /** The first of them. */ missing: MissingBlock[]; missingCount: number }

/** How many of the missing blocks are kept, and how many characters of their path. */
const keptMissing = 100
const keptPath = 512

/** What is here is claimed by the writer, and so stays until it ends. */
export function claimingSource(blocks: BlockStore, writer: BlockWriter, options: StoreOptions = {}): WalkSource {
  return {
    sizes: (hashes) => writer.claim(hashes),
    get: ({ multihash }) => intactBlock(blocks, multihash.bytes, options),
  }
}

/** What a tracker that is settled knows. */
export async function measureOf(tracker: DagTracker, source: WalkSource): Promise<Measure> {
  const { bytes, blocks, missingCount } = tracker
  if (tracker.isComplete) return { complete: true, bytes, blocks }
  const missing = await tracker.missing(keptMissing, source, keptPath)
  return { complete: false, bytes, blocks, missing: missing.map(({ cid, path }) => ({ cid: canonicalCid(cid), path })), missingCount }
}

/** A DAG as a transaction that has locked it leaves it. */
export interface Settled {
  dag: Dag
  /** What those wait for who want it though it is complete here. */
  unconfirmed?: string
}

/** What those who wait for a DAG that becomes complete depend on. */
export interface Judges {
  standing: Standing
  /** Default: everybody has room for it. */
  quotas?: Pick<Quotas, 'shed'>
}

/**
 * Writes what was found. Every waiting request of a DAG that is complete now is pinned, or waits for its replicas. Part of the transaction
 * that has locked the DAG. A DAG that is complete stays so.
 */
export async function applyMeasure(w: Writer, dag: Dag, measure: Measure | undefined, now: number, { standing, quotas }: Judges): Promise<Settled> {
  if (dag.state !== 'partial') return { dag, unconfirmed: await standing(w, dag.cid, now) }
  if (measure === undefined) return { dag }
  if (!measure.complete) {
    await w.dags.setMissing(dag, measure.missing, measure.missingCount, measure)
    return { dag: { ...dag, missingCount: measure.missingCount } }
  }
  const { bytes, blocks } = measure
  await w.dags.setComplete(dag.cid, { bytes, blocks }, now)
  await w.fetches.remove(dag.cid)
  if (dag.holders > 0) await quotas?.shed(w, dag.cid)
  const unconfirmed = await standing(w, dag.cid, now)
  // Who waits holds it.
  if (dag.holders > 0) await settlePins(w, dag.cid, unconfirmed === undefined ? { status: 'pinned' } : { status: 'pinning', reason: unconfirmed }, now)
  return { dag: { ...dag, state: 'complete', missingCount: 0, bytes, blocks, completed: now }, unconfirmed }
}
