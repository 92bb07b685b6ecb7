import { setImmediate as nextTurn } from 'node:timers/promises'
import { canonicalCid, identityBytes, walkDag } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import type { BlockStore } from '../../ports/block-store.ts'
import type { Dag, MissingBlock, Writer } from '../../ports/db/index.ts'

/** What a walk over the store found: every distinct block once. */
export type Measure =
  | { complete: true; bytes: number; blocks: number }
  | { complete: false; missing: MissingBlock[]; missingCount: number; /** Blocks that are here. */ blocks: number }

export interface MeasureOptions {
  signal?: AbortSignal
  /** Fault DAG_LIMIT beyond this many blocks. */
  maxBlocks?: number
}

/** How many of the missing blocks are kept, and how many characters of their path. */
const keptMissing = 100
const keptPath = 512
const stepsATurn = 500

/** Walks a DAG in the local store alone. */
export async function measureDag(blocks: BlockStore, root: CID, options: MeasureOptions = {}): Promise<Measure> {
  const missing: MissingBlock[] = []
  let missingCount = 0
  let bytes = 0
  let found = 0
  let steps = 0
  const source = {
    has: async (cid: CID) => identityBytes(cid)?.length ?? (await blocks.size(cid.multihash.bytes)),
    get: async (cid: CID) => identityBytes(cid) ?? (await blocks.get(cid.multihash.bytes, options)),
  }
  for await (const step of walkDag(root, { ...source, ...options })) {
    // The index answers from memory: without a pause nobody else would get a turn.
    if (++steps % stepsATurn === 0) await nextTurn()
    if ('missing' in step) {
      missingCount++
      if (missing.length < keptMissing) missing.push({ cid: canonicalCid(step.missing), path: shorten(step.path) })
    } else {
      found++
      bytes += step.size
    }
  }
  return missingCount === 0 ? { complete: true, bytes, blocks: found } : { complete: false, missing, missingCount, blocks: found }
}

function shorten(path: string): string {
  return path.length > keptPath ? `${path.slice(0, keptPath)}…` : path
}

/**
 * Writes what a walk found, and pins every waiting request of a DAG that is complete now. Part of the transaction that
 * has locked the DAG. A DAG that is complete stays so.
 */
export async function applyMeasure(w: Writer, dag: Dag, measure: Measure, now: number): Promise<Dag> {
  if (dag.state !== 'partial') return dag
  if (!measure.complete) {
    await w.dags.setMissing(dag.cid, measure.missing, measure.missingCount)
    return { ...dag, missingCount: measure.missingCount }
  }
  const { bytes, blocks } = measure
  await w.dags.setComplete(dag.cid, { bytes, blocks }, now)
  await w.pins.settle(dag.cid, { status: 'pinned' })
  return { ...dag, state: 'complete', missingCount: 0, bytes, blocks, completed: now }
}
