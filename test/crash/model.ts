import { linksToFollow, type Block } from '@thole/dag'
import { make, type Recipe } from './recipe.ts'

/** A root that was sent or named, and what belongs to it. */
export interface Content {
  root: string
  recipe: Recipe
  /** Bytes of each block by its CID. */
  sizes: Map<string, number>
  /** CIDs that a block links to; leaves are left out. */
  links: Map<string, string[]>
  /** What keeps it here, or may do so. */
  holders: Set<Holder>
  /** Every block was acknowledged, by parts or as a whole, while somebody held it. */
  complete: boolean
  /** Grows whenever somebody begins to let go of it. */
  letGo: number
  /** Round of the last call about it. */
  touched: number
  /** Parts that wait to be sent. */
  unsent: string[][]
  /** Somebody asked the gateway for it: the first reader pins what was uploaded without a pin. */
  read: boolean
}

/** `sent`: not acknowledged. `ending`: its end is not acknowledged. */
export type State = 'sent' | 'live' | 'ending' | 'ended'

export interface Upload {
  is: 'upload'
  name: string
  content: Content
  /** CIDs of the part; undefined for the whole. */
  part?: string[]
  pin: boolean
  state: State
  id?: string
  /** Since its end began: the others that held the content for certain. */
  heirs?: Holder[]
  /** The pin request made with it, once it was listed. */
  pinId?: string
}

export interface Pin {
  is: 'pin'
  name: string
  content: Content
  state: State
  id?: string
  /** As of an upload. */
  heirs?: Holder[]
  /** It was `pinned` once, and so has to stay. */
  pinned: boolean
  /** Ends in the moment that this one begins. */
  replaces?: Holder
}

export type Holder = Upload | Pin

const rememberedRounds = 5

/** What one data folder has to know after all calls so far. */
export class Model {
  readonly contents = new Map<string, Content>()
  readonly holders = new Map<string, Holder>()
  /** CIDs of blocks that went over the wire, acknowledged or not. */
  readonly sent = new Set<string>()
  /** Those of them that may lie in the store without anybody having been told. */
  readonly stray = new Set<string>()

  /** The content of a recipe, with its blocks; the same object for the same root. */
  async content(recipe: Recipe, round: number): Promise<{ content: Content; blocks: Block[] }> {
    const { root, blocks } = await make(recipe)
    const known = this.contents.get(root)
    const content: Content = known ?? { root, recipe, sizes: sizesOf(blocks), links: linksOf(blocks), holders: new Set(), complete: false, letGo: 0, touched: round, unsent: [], read: false }
    content.touched = round
    this.contents.set(root, content)
    return { content, blocks }
  }

  add(holder: Holder): void {
    this.holders.set(holder.name, holder)
    holder.content.holders.add(holder)
  }

  /** The call that began the holder was answered. */
  acknowledge(holder: Holder, id: string): void {
    holder.id = id
    holder.state = 'live'
    this.#lookWhetherComplete(holder.content)
  }

  /** It never came to be. */
  drop(holder: Holder): void {
    this.#remove(holder)
    if (holder.is === 'upload') for (const cid of holder.part ?? holder.content.sizes.keys()) this.stray.add(cid)
    if (holder.is === 'upload' && holder.part) holder.content.unsent.push(holder.part)
  }

  beginEnd(holder: Holder): void {
    holder.state = 'ending'
    holder.heirs = [...holder.content.holders].filter(({ state }) => state === 'live')
    holder.content.letGo++
  }

  end(holder: Holder): void {
    holder.state = 'ended'
    holder.content.letGo++
    // A pin request that was under way meanwhile may have come when all was freed.
    if (!holder.heirs?.some(({ state }) => state === 'live')) holder.content.complete = false
  }

  /** After its end was seen. */
  forget(holder: Holder): void {
    this.#remove(holder)
  }

  live(): Holder[] {
    return [...this.holders.values()].filter(({ state }) => state === 'live')
  }

  /** What has to be there whole: somebody who was told so still holds it. */
  sure(): Content[] {
    return [...this.contents.values()].filter(isSure)
  }

  /** CIDs of the blocks that acknowledged calls brought and somebody holds. */
  acknowledgedBlocks(): Set<string> {
    const found = new Set<string>()
    for (const content of this.contents.values()) for (const cid of acknowledgedOf(content)) found.add(cid)
    return found
  }

  /** What nobody has named for some rounds, and nobody holds. */
  forgetOld(round: number): void {
    for (const { root, holders, unsent, touched } of this.contents.values()) {
      if (holders.size === 0 && unsent.length === 0 && round - touched > rememberedRounds) this.contents.delete(root)
    }
  }

  #remove(holder: Holder): void {
    this.holders.delete(holder.name)
    holder.content.holders.delete(holder)
  }

  #lookWhetherComplete(content: Content): void {
    if (content.complete) return
    const brought = new Set(acknowledgedOf(content))
    content.complete = [...content.sizes.keys()].every((cid) => brought.has(cid))
  }
}

/** Somebody holds it, or may. */
export function isHeld({ holders }: Content): boolean {
  return [...holders].some(({ state }) => state !== 'ended')
}

export function isSure({ holders, complete }: Content): boolean {
  return [...holders].some((holder) => holder.state === 'live' && (complete || isWhole(holder)))
}

function acknowledgedOf(content: Content): Iterable<string> {
  if (isSure(content)) return content.sizes.keys()
  return [...content.holders].flatMap((holder) => (holder.state === 'live' && holder.is === 'upload' && holder.part) || [])
}

/** Whether this holder alone was told that all of it is there. */
export function isWhole(holder: Holder): boolean {
  return holder.is === 'pin' ? holder.pinned : holder.part === undefined
}

function sizesOf(blocks: readonly Block[]): Map<string, number> {
  return new Map(blocks.map(({ cid, bytes }) => [cid.toString(), bytes.length]))
}

function linksOf(blocks: readonly Block[]): Map<string, string[]> {
  const rows = blocks.map(({ cid, bytes }) => [cid.toString(), linksToFollow(cid, bytes).map(String)] as const)
  return new Map(rows.map(([cid, links]): [string, string[]] => [cid, links]).filter(([, links]) => links.length > 0))
}
