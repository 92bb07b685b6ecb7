/**
 * What an account is charged for: each distinct root that it holds, with that DAG's distinct bytes and blocks, once however often
 * it holds it. Partial DAGs count among `dags` alone.
 */
export interface Usage {
  bytes: number
  blocks: number
  dags: number
}

export interface UsageReads {
  of(accountId: string): Promise<Usage>
}
