import type { CID } from 'multiformats/cid'
import { cidOf, codecAt, isInlineLeaf } from '../cid/bytes.ts'
import { codecs, hashes, identityBytes } from '../cid/codecs.ts'
import { assertShort } from '../cid/storable.ts'
import { DagError } from '../fault.ts'
import { visitLinks } from '../links.ts'
import { LinkQueue, type PlacedLink } from './link-queue.ts'
import type { WalkSource } from './source.ts'

/** What a walk is for. */
export interface WalkVisitor {
  /** Whether a link to this codec and the multihash in `bytes[at, end)` is to be looked at. */
  admits(code: number, bytes: Uint8Array, at: number, end: number): boolean
  /** Whether this node, which is here, is to be read. Default: always. */
  follows?(link: PlacedLink): boolean
  /** A block of so many bytes is here. */
  here(link: PlacedLink, size: number): void
  missing(link: PlacedLink): void
  /** A block that was told to be missing is here after all: it came while the answer was under way. */
  arrived?(hash: Uint8Array): void
  /** A node is about to be read: the number by which its links name it as their parent. */
  node(link: PlacedLink): number
}

/** Where the multihash of a link begins. */
const place = { at: 0 }
/** How many blocks are asked for at once. */
const lookAtOnce = 1024
/** Bytes of nodes that links not looked at may keep in memory. */
const maxKeptBytes = 4 << 20
/** What a pending link may take on average: a CID of usual length and some numbers. */
const bytesPerLink = 128

/**
 * The links of a DAG that are still to be followed, deepest first; the links of a block are looked at together, and those of several where
 * they are few. Between two steps it may be left and taken up again, also after a step that threw what the source threw.
 */
export class LinkWalk {
  readonly #visitor: WalkVisitor
  readonly #maxPending: number
  /** Links that nobody has looked at yet. */
  #fresh: PlacedLink[] = []
  /** Nodes that are here and are still to be read; those found together lie together, the deepest last. */
  readonly #levels: LinkQueue[] = []
  #pending = 0
  #held = 0
  #kept = 0

  constructor(visitor: WalkVisitor, maxPending = Infinity) {
    this.#visitor = visitor
    this.#maxPending = maxPending
  }

  get isDone(): boolean {
    return this.#fresh.length === 0 && this.#levels.length === 0
  }

  /** Whether it has so little to do that more links may be added. */
  get hasRoom(): boolean {
    return this.#fresh.length < lookAtOnce && this.#levels.length === 0
  }

  /** Bytes held. */
  get memory(): number {
    return this.#held + this.#kept + this.#fresh.length * bytesPerLink
  }

  add(link: PlacedLink): void {
    if (link.hash[0] === hashes.identity) this.#keep([link])
    else this.#fresh.push(link)
  }

  /**
   * Looks at some links or reads one node; returns how many links were looked at.
   * @throws DagError DAG_LIMIT, INVALID_REQUEST, UNSUPPORTED_CODEC; what the source throws
   */
  step(source: WalkSource): Promise<number> {
    const isLook = this.#fresh.length >= lookAtOnce || this.#kept > maxKeptBytes || this.#levels.length === 0
    return isLook && this.#fresh.length > 0 ? this.#look(source) : this.#readNext(source)
  }

  async #look(source: WalkSource): Promise<number> {
    const links = this.#fresh.length <= lookAtOnce ? this.#fresh : this.#fresh.slice(0, lookAtOnce)
    const answer = source.sizes(links.map(({ hash }) => hash))
    const sizes = answer instanceof Promise ? await answer : answer
    this.#fresh = links === this.#fresh ? [] : this.#fresh.slice(lookAtOnce)
    if (this.#fresh.length === 0) this.#kept = 0
    const nodes: PlacedLink[] = []
    const missing: Uint8Array[] = []
    for (let i = 0; i < links.length; i++) {
      const link = links[i]!
      const size = sizes[i]
      if (size === undefined) {
        this.#visitor.missing(link)
        missing.push(link.hash)
      } else if (link.code === codecs.raw) this.#visitor.here(link, size)
      else if (this.#visitor.follows?.(link) ?? true) nodes.push(link)
    }
    this.#keep(nodes)
    if (answer instanceof Promise && missing.length > 0) await this.#lookAgain(missing, source)
    return links.length
  }

  /** What arrived while the first answer was under way was told to nobody: nobody waited for it yet. */
  async #lookAgain(missing: readonly Uint8Array[], source: WalkSource): Promise<void> {
    const sizes = await source.sizes(missing)
    missing.forEach((hash, i) => sizes[i] !== undefined && this.#visitor.arrived?.(hash))
  }

  async #readNext(source: WalkSource): Promise<number> {
    const link = this.#take()
    const cid = cidOf(link.code, link.hash)
    assertShort(cid)
    const inline = identityBytes(cid)
    let bytes: Uint8Array | undefined
    try {
      const got = inline ?? source.get(cid)
      bytes = got instanceof Promise ? await got : got
    } catch (error) {
      this.#keep([link])
      throw error
    }
    if (bytes === undefined) {
      this.#visitor.missing(link)
      return 0
    }
    if (!inline) this.#visitor.here(link, bytes.length)
    this.#addLinks(cid, bytes, this.#visitor.node(link))
    return inline ? 1 : 0
  }

  #addLinks(cid: CID, bytes: Uint8Array, parent: number): void {
    const inline: PlacedLink[] = []
    let index = -1
    this.#kept += bytes.length
    visitLinks(cid, bytes, (from, at, end) => {
      index++
      if (isInlineLeaf(from, at)) return
      const code = codecAt(from, at, end, place)
      if (!this.#visitor.admits(code, from, place.at, end)) return
      const link = { code, hash: from.subarray(place.at, end), parent, index }
      if (from[place.at] === hashes.identity) inline.push(link)
      else this.#fresh.push(link)
    })
    if (this.#fresh.length === 0) this.#kept = 0
    this.#keep(inline)
  }

  /** Leaves a level with its last link, so that a chain costs nothing. */
  #take(): PlacedLink {
    const level = this.#levels.at(-1)!
    const { memory } = level
    const link = level.next()!
    this.#pending--
    this.#held += level.memory - memory
    if (level.count === 0) this.#levels.pop()
    return link
  }

  #keep(links: readonly PlacedLink[]): void {
    if (links.length === 0) return
    const level = new LinkQueue()
    for (const link of links) level.add(link)
    this.#levels.push(level)
    this.#pending += links.length
    this.#held += level.memory
    if (this.#pending <= this.#maxPending && this.#held <= this.#maxPending * bytesPerLink) return
    throw new DagError('DAG_LIMIT', { reason: `the DAG is so wide and deep that more than ${this.#maxPending} links wait to be followed`, limit: this.#maxPending })
  }
}
