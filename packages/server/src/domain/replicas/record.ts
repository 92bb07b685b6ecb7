import type { Writer } from '../../ports/db/index.ts'
import type { Copy } from '../../ports/replicas.ts'
import { settlePins } from '../events/index.ts'
import { enqueueReplicate } from './jobs.ts'
import { fatesInWords, waitingWords } from './words.ts'

export interface Seen {
  copies: readonly Copy[]
  wanted: number
  /** When to look again. */
  nextLook: number
}

/**
 * Writes down who has a DAG, and tells those who wait for it: enough copies make them `pinned`. Returns whether it is in order. A DAG that
 * nobody holds any more is left to a job, also where a copy was made after the others had gone.
 */
export async function recordCopies(w: Writer, dag: string, { copies, wanted, nextLook }: Seen, now: number): Promise<boolean> {
  const known = await w.dags.get(dag)
  const { holders, state } = known ? await w.dags.lock(dag, now) : { holders: 0, state: 'partial' as const }
  const row = await w.replicas.get(dag)
  const nodes = copies.filter((copy) => copy.state === 'confirmed').map(({ node }) => node)
  await notePeerIds(w, copies)
  if (holders === 0) {
    await w.replicas.set(dag, { state: 'leaving', nodes, wanted }, now)
    await enqueueReplicate(w, dag, now)
    return true
  }
  if (row === undefined || row.state === 'leaving' || state !== 'complete') return true
  if (nodes.length >= wanted) {
    await w.replicas.set(dag, { state: 'confirmed', nodes, wanted, nextLook }, now)
    await settlePins(w, dag, { status: 'pinned' }, now)
    return true
  }
  const reason = fatesInWords(copies)
  if (row.state === 'waiting') await w.replicas.set(dag, { state: 'waiting', nodes, wanted, reason }, now)
  else await w.replicas.set(dag, { state: 'degraded', nodes, wanted, reason, nextLook }, now)
  await w.pins.settle(dag, { status: 'pinning', reason: waitingWords(wanted, nodes.length, reason) })
  return false
}

/** They seldom change. */
async function notePeerIds(w: Writer, copies: readonly Copy[]): Promise<void> {
  const known = await w.replicas.peerIds()
  for (const { node, peerId } of copies) if (peerId !== undefined && known.get(node) !== peerId) await w.replicas.setPeerId(node, peerId)
}

/** Who has it is not known, so that nothing of what was known changes but why it still waits. */
export async function recordUnknown(w: Writer, dag: string, reason: string, now: number): Promise<void> {
  const row = await w.replicas.get(dag)
  if (row?.state === 'waiting') await w.replicas.set(dag, { ...row, reason }, now)
}
