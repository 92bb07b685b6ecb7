import type { Dag } from './dags.ts'
import type { Usage } from './usage.ts'

/** A DAG's row beside what refers to it, read at one instant. */
export interface DagAudit extends Dag {
  /** Pin requests that hold it (a failed one holds nothing), and those of them that say `pinned`. */
  pins: number
  pinned: number
  /** Uploads that have it among their roots. */
  uploads: number
  /** How often accounts hold it, by what they are charged for. */
  counted: number
}

/** Reading everything, page by page, to compare it with the store. */
export interface AuditReads {
  dag(cid: string): Promise<DagAudit | undefined>
  /** Every DAG, in the order of their cids, after the given one. */
  dags(after: string, limit: number): Promise<DagAudit[]>
  countDags(): Promise<number>
  /** DAGs that pin requests or uploads name and that have no row, after the first cid up to the second (to the end without one). */
  strays(after: string, upTo: string | undefined, limit: number): Promise<string[]>
  /** What accounts are charged for, in the order of their ids, after the given one. */
  accounts(after: string, limit: number): Promise<(Usage & { accountId: string })[]>
  /** The DAGs that an account holds, in the order of their cids, after the given one. */
  holdings(accountId: string, after: string, limit: number): Promise<{ dag: string; bytes: number | null; blocks: number | null }[]>
}
