export type DagState = 'partial' | 'complete' | 'quarantined'

export interface Dag {
  /** Canonical text of the root: CIDv1, base32. */
  cid: string
  state: DagState
  /** Bytes and blocks, each distinct block once; known when complete. */
  bytes?: number
  blocks?: number
  /** Live pin requests (all but failed ones) and uploads that want it. What nobody holds is not served. */
  holders: number
  /** When the last holder went; undefined while it is held, and when nothing of it is kept any more. */
  released?: number
  /** Responses of the gateway with content of it, their bytes, and when the last of them was. */
  visits: number
  visitBytes: number
  lastVisit?: number
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

/** A DAG that nobody holds. */
export interface Unheld {
  cid: string
  released: number
}

/** Responses that gave content of a DAG away. */
export interface Visits {
  requests: number
  /** Of content, as far as it was written. */
  bytes: number
  /** Absent where there were none. */
  last?: number
}

/** Those of all readers, and among them, by account id, of those who read as an account. */
export interface RootVisits extends Visits {
  byAccount: ReadonlyMap<string, Visits>
}

/** What a reader needs to know of a root. */
export interface RootStanding {
  state: DagState
  holders: number
  /** Uploads of it wait for their first reader to be pinned. */
  unpinned: boolean
}

export interface DagReads {
  get(cid: string): Promise<Dag | undefined>
  standing(cid: string): Promise<RootStanding | undefined>
  /** Of those of these DAGs that are known here. */
  visits(cids: readonly string[]): Promise<Map<string, Visits>>
  /** Those of these of which uploads wait for their first reader, and that no live pin request names. */
  unread(cids: readonly string[]): Promise<Set<string>>
  /** When those of these that are complete became so. */
  completed(cids: readonly string[]): Promise<Map<string, number>>
  /** Of one account alone. */
  visitsBy(accountId: string, cid: string): Promise<Visits>
  missing(cid: string, limit: number): Promise<MissingBlock[]>
  /** Partial DAGs that somebody holds, oldest first, after the given one, which may be gone. */
  partial(limit: number, after?: Pick<Dag, 'created' | 'cid'>): Promise<Dag[]>
  /** Every DAG, in the order of their cids, after the given one. */
  list(after: string, limit: number): Promise<Dag[]>
  /** DAGs whose last holder went at `upTo` or before, longest ago first, after the given one. */
  unheld(upTo: number, limit: number, after?: Unheld): Promise<Unheld[]>
}

export interface DagWrites {
  /**
   * The row of this root, made (`partial`, no holders) where absent, and locked until the transaction ends. Every
   * transaction that decides by a DAG's state takes this first, so that two of them cannot miss each other.
   */
  lock(cid: string, now: number): Promise<Dag>
  /** It is complete from now on, and those who hold it are charged. Changes nothing where it is already. */
  setComplete(cid: string, size: { bytes: number; blocks: number }, now: number): Promise<void>
  /** Replaces what is known to be missing of a DAG, as it was when it was locked: `count` blocks, of which these are the first. `here`: what is stored of it. */
  setMissing(dag: Pick<Dag, 'cid' | 'missingCount'>, missing: readonly MissingBlock[], count: number, here?: { bytes: number; blocks: number }): Promise<void>
  /** So many more holders (default 1), of this account, which is charged where it had none. `parts`: it brought blocks of it, and it is not complete. */
  hold(accountId: string, cid: string, how?: { times?: number; now?: number; parts?: boolean }): Promise<void>
  /** Blocks of it came that its holders asked for: while it is not complete they count for each of them. */
  noteParts(cid: string): Promise<void>
  /**
   * So many holders of this account fewer (0: only looks again); it is not charged any more when its last one went.
   * Returns how many are left, of all accounts.
   */
  release(accountId: string, cid: string, times: number, now: number): Promise<number>
  /**
   * Those of these that nobody has held since `upTo` become partial: nothing of them is known to be here. Who wants one again
   * has to look first.
   */
  giveUp(cids: readonly string[], upTo: number): Promise<void>
  /**
   * Takes away those of these that were given up and that nobody has held, or looked at, since. One that a failed pin request names stays
   * as a mere name. Returns how many it was.
   */
  forget(cids: readonly string[], upTo: number): Promise<number>
  /** By cid. What is not known here is passed over. */
  addVisits(visits: ReadonlyMap<string, RootVisits>): Promise<void>
}
