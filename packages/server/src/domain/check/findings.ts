/** Something that is not as it should be. */
export interface Finding {
  /** `damage`: bytes that went bad; the others: facts that contradict each other. */
  kind: 'store' | 'dag' | 'account' | 'damage'
  words: string
}

export interface CheckProgress {
  /** What is being looked at; `again`: what looked wrong, a second time. */
  phase: 'segments' | 'dags' | 'again'
  /** Bytes of segments, or DAGs. */
  done: number
  of: number
}

export interface CheckSummary {
  findings: number
  blocks: number
  segments: number
  dags: number
}

export type CheckEvent = { finding: Finding } | { progress: CheckProgress } | { summary: CheckSummary }
