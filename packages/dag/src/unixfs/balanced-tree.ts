import type { CID } from 'multiformats/cid'
import type { Block } from '../block.ts'
import type { NodeLink } from '../pb/node.ts'
import { encodeFileData } from '../pb/unixfs-data.ts'
import { makeNode } from './make-block.ts'
import type { Profile } from './profiles.ts'

/** A subtree whose blocks were handed out: content bytes and cumulative DAG bytes. */
export interface Subtree {
  cid: CID
  size: number
  tsize: number
}

/**
 * Grows the balanced layout from the left: every leaf at the same depth, every node full but the rightmost.
 * Holds at most `width` subtrees a level.
 */
export class BalancedTree {
  readonly #profile: Profile
  readonly #emit: (block: Block) => Promise<void> | void
  readonly #levels: Subtree[][] = [[]]

  constructor(profile: Profile, emit: (block: Block) => Promise<void> | void) {
    this.#profile = profile
    this.#emit = emit
  }

  /** A promise only when a node was completed and its taker wants to be waited for. */
  add(leaf: Subtree): Promise<void> | void {
    const level = this.#levels[0]!
    if (level.length < this.#profile.width) {
      level.push(leaf)
      return
    }
    return this.#closeAndAdd(leaf)
  }

  /** The root; at least one leaf must have been added. */
  async finish(): Promise<Subtree> {
    for (let depth = 0; ; depth++) {
      const level = this.#levels[depth]!
      if (level.length === 1 && depth === this.#levels.length - 1) return level[0]!
      await this.#close(depth)
    }
  }

  async #closeAndAdd(leaf: Subtree): Promise<void> {
    await this.#close(0)
    this.#levels[0]!.push(leaf)
  }

  /** Makes a node of the subtrees at `depth` and moves it one level up. */
  async #close(depth: number): Promise<void> {
    const children = this.#levels[depth]!
    this.#levels[depth] = []
    const above = (this.#levels[depth + 1] ??= [])
    if (above.length === this.#profile.width) await this.#close(depth + 1)
    const links: NodeLink[] = []
    let size = 0
    let tsize = 0
    for (const child of children) {
      links.push({ name: '', cid: child.cid, tsize: child.tsize })
      size += child.size
      tsize += child.tsize
    }
    const block = makeNode(this.#profile.cidVersion, links, encodeFileData(size, children.map((child) => child.size)))
    const emitted = this.#emit(block)
    if (emitted !== undefined) await emitted
    this.#levels[depth + 1]!.push({ cid: block.cid, size, tsize: tsize + block.bytes.length })
  }
}
