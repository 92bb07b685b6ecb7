import type { MissingBlock } from './dags.ts'

/** A block that the store cannot give, though it had it. */
export interface DamagedBlock {
  /** Its multihash, in hex. */
  hash: string
  /** A CID under which a DAG links to it; undefined while the DAGs have not been looked through for it. */
  cid?: string
  found: number
  /** Attempts to fetch it again, so far. */
  tries: number
  nextTry: number
}

/** What is damaged of a complete DAG. */
export interface DagDamage {
  /** Distinct blocks. What lies below one that has links is not known, and not counted. */
  blocks: number
  /** The first of them, by path. */
  first: MissingBlock[]
  since: number
  /** What is being done about the first of them, in words. */
  reason?: string
}

/** A damaged block as a walk meets it: `hash` in hex. */
export type DamagedLink = MissingBlock & { hash: string }

export interface DamageReads {
  /** Of those among these DAGs that are damaged, with those of their first `shown` blocks that are still damaged. */
  ofDags(dags: readonly string[], shown: number): Promise<Map<string, DagDamage>>
  isDamaged(hash: string): Promise<boolean>
  /** By hash, after the given one. */
  blocks(after: string, limit: number): Promise<DamagedBlock[]>
  /** Whether there are blocks that no DAG was looked through for. */
  hasUnplaced(): Promise<boolean>
  /** DAGs to be looked through again. */
  stale(limit: number): Promise<string[]>
  /** Blocks that a DAG needs and whose next try is due, the longest waiting first. */
  due(now: number, limit: number): Promise<DamagedBlock[]>
  /** Origins that requests name for the DAGs of these blocks. */
  origins(hashes: readonly string[], limit: number): Promise<string[]>
  count(): Promise<{ blocks: number; dags: number }>
}

export interface DamageWrites {
  /** Adds blocks that are not known yet; returns how many that were. */
  note(hashes: readonly string[], now: number): Promise<number>
  /**
   * Replaces what is damaged of this DAG: `count` blocks, of which these are the first; none: it is whole. What is not a complete DAG any
   * more has no damage.
   */
  place(dag: string, first: readonly DamagedLink[], count: number, now: number): Promise<void>
  /** These can be read again: they are forgotten, and their DAGs are stale. */
  heal(hashes: readonly string[]): Promise<void>
  /** Forgets DAGs that are not complete any more, and the blocks that no DAG needs: those that were placed, and others found before then. */
  forget(before: number): Promise<void>
  /** What came of a try. */
  tried(hashes: readonly string[], change: { tries: number; nextTry: number; reason: string }): Promise<void>
}
