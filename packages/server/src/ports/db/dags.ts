export type DagState = 'partial' | 'complete' | 'quarantined'

export interface Dag {
  /** Canonical text of the root: CIDv1, base32. */
  cid: string
  state: DagState
  /** Bytes and blocks, each distinct block once; known when complete. */
  bytes?: number
  blocks?: number
  /** Live pin requests and uploads that want it. What nobody holds is not served. */
  holders: number
  visits: number
  /** Blocks known to be missing: the frontier of what is here. */
  missingCount: number
  created: number
  completed?: number
}

export interface MissingBlock {
  cid: string
  /** Link names from the root, joined by '/'. */
  path: string
}

export interface DagReads {
  get(cid: string): Promise<Dag | undefined>
  missing(cid: string, limit: number): Promise<MissingBlock[]>
  /** Partial DAGs that somebody holds, oldest first, after the given cid. */
  partial(after: string, limit: number): Promise<Dag[]>
}

export interface DagWrites {
  /**
   * The row of this root, made (`partial`, no holders) where absent, and locked until the transaction ends. Every
   * transaction that decides by a DAG's state takes this first, so that two of them cannot miss each other.
   */
  lock(cid: string, now: number): Promise<Dag>
  setComplete(cid: string, size: { bytes: number; blocks: number }, now: number): Promise<void>
  /** Replaces what is known to be missing: `count` blocks, of which these are the first. */
  setMissing(cid: string, missing: readonly MissingBlock[], count: number): Promise<void>
  /** Adds to `holders` (negative: takes away); returns the new number. */
  addHolders(cid: string, change: number): Promise<number>
  addVisits(visits: ReadonlyMap<string, number>): Promise<void>
}
