import type { BlockKey } from '../wire/block-key.ts'
import type { Fetch } from './fetch.ts'
import type { Peer } from './peer.ts'

/** One block that at least one fetch waits for. It is asked of one peer at a time, its holder. */
export interface Want {
  readonly key: BlockKey
  readonly cid: Uint8Array
  readonly fetches: Set<Fetch>
  holder?: Peer
  /** The fetch whose budget the asking counts against. */
  payer?: Fetch
  askedAt: number
  /** A peer may believe that it has sent the block. */
  answered: boolean
  /** Peers that do not have it, or did not answer. */
  readonly refusedBy: Set<Peer>
}

/** Gives the want to a peer; it is sent with the others of this turn. */
export function ask(want: Want, peer: Peer, payer: Fetch): void {
  want.holder = peer
  want.payer = payer
  want.askedAt = Date.now()
  payer.asked++
  peer.ask(want)
}

/** Takes the want from its holder, telling the peer where it could still send the block. */
export function release(want: Want, { tell }: { tell: boolean }): void {
  if (want.holder === undefined) return
  want.holder.drop(want, { tell })
  if (want.payer !== undefined) want.payer.asked--
  want.holder = undefined
  want.payer = undefined
}

/** The peer does not deliver this one: whoever wants it may ask the next. */
export function refuse(want: Want, peer: Peer): void {
  release(want, { tell: true })
  want.refusedBy.add(peer)
  for (const fetch of want.fetches) fetch.waiting.push(want)
}
