import { codecs, type DagTracker } from '@thole/dag'
import type { Multihash } from '../../ports/block-store.ts'
import type { Dag } from '../../ports/db/index.ts'

/** What is known of a DAG, and the row of which it is known. */
export interface Known {
  tracker: DagTracker
  /** Undefined until a row is committed that holds what the tracker saw. */
  row?: Pick<Dag, 'created' | 'missingCount'>
  /** The row tells all that the tracker knows. */
  isWritten?: boolean
}

export interface KeepLimits {
  /** DAGs; default 20,000, which wait for their roots alone in some 60 MB. */
  maxDags?: number
  /** Bytes of all together; default 128 MiB. */
  maxBytes?: number
}

/** Codecs of which a damaged block may be part of a DAG. */
const allCodecs = Object.values(codecs)

/**
 * Trackers of partial DAGs between two looks; of too many, those that were not used for longest go. What one knows holds as long as
 * its DAG is held without a break: nothing that leads from a held root is ever reclaimed.
 */
export class KeptTrackers {
  readonly #maxDags: number
  readonly #maxBytes: number
  readonly #kept = new Map<string, Known & { bytes: number }>()
  /** Taken out at the moment. */
  readonly #used = new Map<string, Known>()
  readonly #spoilt = new WeakSet<Known>()
  /** DAGs that wait for more than is kept of one; the last ones. */
  readonly #tooLarge = new Set<string>()
  #bytes = 0
  #lost = 0

  constructor({ maxDags = 20_000, maxBytes = 128 << 20 }: KeepLimits = {}) {
    this.#maxDags = maxDags
    this.#maxBytes = maxBytes
  }

  /** Grows when a DAG that still waits for something is no longer kept. */
  get lost(): number {
    return this.#lost
  }

  /** Whether what this DAG waits for could be kept without another one having to go, as far as can be told. */
  hasRoomFor(dag: string): boolean {
    return this.#kept.size < this.#maxDags && this.#bytes < this.#maxBytes * 0.9 && !this.#tooLarge.has(dag)
  }

  has(dag: string): boolean {
    return this.#kept.has(dag) || this.#used.has(dag)
  }

  /** What is known of this DAG, if it holds for this row. Whoever takes it has the DAG's turn. */
  take(dag: string, row: Dag | undefined): Known | undefined {
    const kept = this.#kept.get(dag)
    if (kept === undefined) return undefined
    this.#kept.delete(dag)
    this.#bytes -= kept.bytes
    if (row && fits(kept, row)) return kept
    void kept.tracker.close()
    return undefined
  }

  /** From now on until it is put back. */
  use(dag: string, known: Known): void {
    this.#used.set(dag, known)
  }

  /** Keeps it, or not: where it has nothing to wait for, cannot tell, or holds for no row. */
  putBack(dag: string, known: Known): void {
    this.#used.delete(dag)
    const { tracker, row } = known
    const bytes = tracker.memory
    if (!row || tracker.isComplete) return void tracker.close()
    const isTooLarge = !tracker.isWhole || bytes > this.#maxBytes
    if (isTooLarge || this.#spoilt.has(known)) {
      if (isTooLarge) this.#remember(dag)
      this.#lost++
      return void tracker.close()
    }
    this.#kept.set(dag, { ...known, bytes })
    this.#bytes += bytes
    for (const first of this.#kept.keys()) {
      if (this.#kept.size <= this.#maxDags && this.#bytes <= this.#maxBytes) return
      this.#lost++
      this.drop(first)
    }
  }

  /** Forgets what is known of this DAG. */
  drop(dag: string): void {
    const used = this.#used.get(dag)
    if (used) this.#spoilt.add(used)
    void this.take(dag, undefined)
  }

  #remember(dag: string): void {
    this.#tooLarge.add(dag)
    for (const first of this.#tooLarge) if (this.#tooLarge.size > this.#maxDags) this.#tooLarge.delete(first)
  }

  /** A block that counted as being here is not to be relied on any more. */
  damaged(hash: Multihash): void {
    for (const [dag, { tracker }] of [...this.#kept, ...this.#used]) {
      if (!allCodecs.some((code) => tracker.knows(code, hash))) continue
      this.#lost++
      this.drop(dag)
    }
  }
}

/** Whether the DAG has been held ever since. `missingCount` goes to 0 when reclaim gives a DAG up. */
export function fits({ row }: Known, { created, missingCount, holders }: Dag): boolean {
  return row !== undefined && holders > 0 && row.created === created && row.missingCount === missingCount
}
