/** A root that the public network is told about, again and again. */
export interface Announcement {
  dag: string
  /** When it is to be announced next. */
  due: number
  /** When it last was. */
  announced?: number
  /** Attempts that failed since. */
  tries: number
  /** Why the last one did. */
  error?: string
}

export interface AnnouncementReads {
  /** Those that are due, the longest waiting first. `wanted`: the DAG is complete, and somebody holds it. */
  due(now: number, limit: number): Promise<(Announcement & { wanted: boolean })[]>
  /** How many are due, counted up to `limit`, and when the first was or is. */
  backlog(now: number, limit: number): Promise<{ due: number; first?: number }>
  /** Those whose last attempt failed, by when they are tried again. */
  failing(limit: number): Promise<Announcement[]>
}

export interface AnnouncementWrites {
  /** Adds those of these DAGs that are complete and not there yet, to be announced at `due`. Returns how many it was. */
  add(dags: readonly string[], due: number): Promise<number>
  /** It was announced, and is to be again at `due`. */
  told(dag: string, at: number, due: number): Promise<void>
  failed(dag: string, error: string, due: number): Promise<void>
  /** Its DAG is to be locked by this transaction, or a holder of this moment is missed. */
  remove(dag: string): Promise<void>
}
