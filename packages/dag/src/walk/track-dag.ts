import type { CID } from 'multiformats/cid'
import { isInline, isLeaf } from '../cid/codecs.ts'
import { DagError } from '../fault.ts'
import { CidSet } from './cid-set.ts'
import { Frontier } from './frontier.ts'
import { LinkQueue, type PlacedLink } from './link-queue.ts'
import { LinkWalk } from './link-walk.ts'
import { findMissing, type MissingLink } from './missing-links.ts'
import { PlaceList } from './place-list.ts'
import type { WalkSource } from './source.ts'
import { takeTurns } from './turns.ts'

export interface TrackOptions {
  /** Distinct CIDs, missing ones too; default 10,000,000. Beyond: DAG_LIMIT. */
  maxBlocks?: number
  /** Nodes found and not read yet, at 128 bytes each on average; default 1,000,000. Beyond: DAG_LIMIT. */
  maxPending?: number
  /** Missing blocks that are remembered; default 1,000,000. Those beyond are only counted: then `isWhole` is false. */
  maxMissing?: number
  /** Where missing blocks are remembered: one for all DAGs of a store. Default: one of its own. */
  frontier?: Frontier
  /** Called when a block has arrived that it waits for. */
  onArrival?: () => void
}

export interface AdvanceOptions {
  /** Links to look at before it stops, some thousands more or less; default no bound. */
  budget?: number
  signal?: AbortSignal
}

/**
 * How complete one DAG is: what is here of it, and what is known to be missing. One walk finds it out; afterwards only what arrives is
 * looked at. One `advance` or `missing` at a time.
 */
export class DagTracker {
  readonly root: CID
  readonly #maxBlocks: number
  readonly #maxMissing: number
  readonly #frontier: Frontier
  readonly #part: number
  readonly #walk: LinkWalk
  readonly #seen = new CidSet()
  readonly #nodes = new PlaceList()
  /** Links whose blocks have arrived since the last look. */
  readonly #arrivals = new LinkQueue()
  #blocks = 0
  #bytes = 0
  #beyond = 0
  #failure: DagError | undefined

  constructor(root: CID, { maxBlocks = 10_000_000, maxPending = 1_000_000, maxMissing = 1_000_000, frontier = new Frontier(), onArrival }: TrackOptions = {}) {
    this.root = root
    this.#maxBlocks = maxBlocks
    this.#maxMissing = maxMissing
    this.#frontier = frontier
    this.#part = frontier.open((link) => {
      this.#arrivals.add(link)
      onArrival?.()
    })
    const visitor = {
      admits: (code: number, bytes: Uint8Array, at: number, end: number) => this.#seen.add(code, bytes, at, end),
      here: (_: PlacedLink, size: number) => {
        this.#blocks++
        this.#bytes += size
      },
      missing: (link: PlacedLink) => this.#miss(link),
      arrived: (hash: Uint8Array) => this.arrived(hash),
      node: ({ parent, index }: PlacedLink) => this.#nodes.add(parent, index),
    }
    this.#walk = new LinkWalk(visitor, maxPending)
    if (isInline(root) && isLeaf(root)) return
    this.#seen.add(root.code, root.multihash.bytes)
    this.#walk.add({ code: root.code, hash: root.multihash.bytes, parent: 0, index: 0 })
  }

  /** Distinct CIDs that are known to be part of it. */
  get size(): number {
    return this.#seen.size
  }

  /** Distinct blocks that are here, by codec and multihash; identity CIDs have none. */
  get blocks(): number {
    return this.#blocks
  }

  /** Bytes of these blocks. */
  get bytes(): number {
    return this.#bytes
  }

  /** Blocks known to be missing; what lies below them is not known yet. Exact when settled. */
  get missingCount(): number {
    return this.#frontier.count(this.#part) + this.#beyond
  }

  /** Whether all that is known of has been looked at. */
  get isSettled(): boolean {
    return this.#walk.isDone && this.#arrivals.count === 0 && this.#failure === undefined
  }

  get isComplete(): boolean {
    return this.isSettled && this.missingCount === 0
  }

  /** False where more was missing than is remembered: from then on only a new walk can tell. */
  get isWhole(): boolean {
    return this.#beyond === 0
  }

  /** Bytes held, about. */
  get memory(): number {
    const links = this.#walk.memory + this.#arrivals.memory + this.#frontier.count(this.#part) * Frontier.bytesPerLink
    return 2_000 + this.#seen.memory + this.#nodes.memory + links
  }

  /** Whether it would come further with this block. */
  awaits(hash: Uint8Array): boolean {
    return this.#frontier.awaits(this.#part, hash)
  }

  /** Whether this block is part of what is known of the DAG, under this codec. */
  knows(code: number, hash: Uint8Array): boolean {
    return this.#seen.has(code, hash)
  }

  /** A block has arrived; the next `advance` looks at it. */
  arrived(hash: Uint8Array): void {
    this.#frontier.arrived(hash)
  }

  /**
   * Looks at all that has not been looked at: everything below the root at first, what arrived later. Returns whether it came to the
   * end. After an abort, or an error of the source, another call goes on where this one stopped.
   * @throws DagError DAG_LIMIT, INVALID_REQUEST, UNSUPPORTED_CODEC for good; what the source throws; the signal's reason
   */
  async advance(source: WalkSource, { budget = Infinity, signal }: AdvanceOptions = {}): Promise<boolean> {
    const turn = takeTurns()
    for (let steps = 0; !this.isSettled; ) {
      if (this.#failure) throw this.#failure
      if (steps >= budget) return false
      const pause = turn()
      if (pause) await pause
      signal?.throwIfAborted()
      while (this.#walk.hasRoom && this.#arrivals.count > 0) this.#walk.add(this.#arrivals.next()!)
      steps += await this.#step(source)
    }
    return true
  }

  /**
   * The first of the missing blocks in the order in which they were found; fewer where they lie so deep, or below so large blocks, that
   * their paths are not worth the reading. Names are told up to `maxPath` characters.
   */
  missing(limit: number, source: WalkSource, maxPath?: number): Promise<MissingLink[]> {
    return findMissing(this.root, this.#frontier.first(this.#part, limit), { nodes: this.#nodes, source, maxPath })
  }

  /** Waits for nothing any more. */
  close(): Promise<void> {
    return this.#frontier.close(this.#part)
  }

  async #step(source: WalkSource): Promise<number> {
    try {
      const looked = await this.#walk.step(source)
      if (this.#seen.size > this.#maxBlocks) throw new DagError('DAG_LIMIT', { reason: `the DAG has more than ${this.#maxBlocks} blocks`, limit: this.#maxBlocks })
      return looked
    } catch (error) {
      // What the DAG itself is to blame for stays so; links of a block may have been lost.
      if (error instanceof DagError) this.#failure = error
      throw error
    }
  }

  #miss(link: PlacedLink): void {
    if (this.#frontier.count(this.#part) < this.#maxMissing) this.#frontier.add(this.#part, link)
    else this.#beyond++
  }
}
