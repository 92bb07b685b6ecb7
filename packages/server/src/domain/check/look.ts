import { canonicalCid } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { toFault } from '../../kernel/faults.ts'
import { count } from '../../kernel/words.ts'
import type { BlockStore } from '../../ports/block-store.ts'
import type { DagAudit, Db } from '../../ports/db/index.ts'
import { compareComplete, compareHolders, comparePartial } from './compare.ts'
import type { Finding } from './findings.ts'
import type { Walker } from './walker.ts'

export interface LookParts {
  db: Db
  blocks: BlockStore
  /**
   * Has the row of a partial DAG brought up to date, which may know less than is stored while an upload goes on. Without a server there is
   * nobody who does, until the next start: then partial DAGs are not compared with what is stored.
   */
  settle?(dag: string, signal: AbortSignal): Promise<void>
}

/** The first of the missing blocks, as the database keeps them. */
const keptMissing = 100

/** Compares one DAG's row with what refers to it and with the store, as both are now. */
export async function lookAt({ db, blocks, settle }: LookParts, dag: DagAudit, walker: Walker): Promise<Finding[]> {
  const wrong = compareHolders(dag)
  const damage: string[] = []

  async function compareBlocks(): Promise<void> {
    const isUpToDate = settle !== undefined && dag.state === 'partial' && dag.holders > 0
    if (dag.state !== 'complete' && !isUpToDate) return
    const measured = await walker.measure(CID.parse(dag.cid))
    wrong.push(...(dag.state === 'complete' ? compareComplete(dag, measured) : (comparePartial(dag, measured) ?? (await wronglyMissing()))))
    const { damaged, firstDamaged } = measured
    if (firstDamaged) damage.push(`${count(damaged, 'block')} of it ${damaged === 1 ? 'is' : 'are'} damaged (first: ${canonicalCid(firstDamaged)}); upload it again, or have it repaired from a peer`)
  }

  async function wronglyMissing(): Promise<string[]> {
    for (const { cid } of await db.read((r) => r.dags.missing(dag.cid, keptMissing))) {
      if (await blocks.has(CID.parse(cid).multihash.bytes)) return [`block ${cid} is listed as missing, and is here`]
    }
    return []
  }

  try {
    await compareBlocks()
  } catch (error) {
    const { code, message, cause } = toFault(error)
    if (code === 'ABORTED' || code === 'SHUTTING_DOWN' || code === 'UPSTREAM_FAILED') throw error
    // Of a partial DAG, its pin requests say so.
    if (dag.state === 'complete') wrong.push(`it cannot be walked: ${code === 'INTERNAL' && cause instanceof Error ? cause.message : message}`)
  }
  const say = (kind: Finding['kind']) => (words: string) => ({ kind, words: `DAG ${dag.cid}: ${words}` })
  return [...wrong.map(say('dag')), ...damage.map(say('damage'))]
}
