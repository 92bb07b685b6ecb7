import type { Writer } from '../../ports/db/index.ts'
import { enqueueReplicate } from './jobs.ts'
import { waitingWords } from './words.ts'

/** What those wait for who want a DAG that is complete here; undefined: it counts as pinned. Part of a transaction that has locked the DAG. */
export type Standing = (w: Writer, dag: string, now: number) => Promise<string | undefined>

/** Complete here is all that is wanted. */
export const standsAlone: Standing = () => Promise.resolve(undefined)

/** So many copies are wanted: a DAG that has none yet gets its row and its job. */
export function standsWith(wanted: number): Standing {
  return async (w, dag, now) => {
    const row = await w.replicas.get(dag)
    if (row?.state === 'confirmed' && row.nodes.length >= wanted) return undefined
    if (row === undefined || row.state === 'leaving') await w.replicas.set(dag, { state: 'waiting', nodes: [], wanted }, now)
    await enqueueReplicate(w, dag, now)
    return waitingWords(wanted, row?.nodes.length ?? 0, row?.reason)
  }
}
