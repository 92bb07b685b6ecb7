import type { Block } from '@thole/dag'
import { keyOfMultihash } from '../../wire/block-key.ts'
import type { BlockKey } from '../../wire/block-key.ts'
import { HttpFailure } from '../http/failure.ts'
import { limits } from '../limits.ts'
import { recentSet } from '../recent.ts'

/** A CAR that is being read: what came before it was wanted is held, and when there is much of it, reading waits. */
export interface Car {
  /** Whether it is past this block. */
  gave(key: BlockKey): boolean
  /** Gives away what is held. */
  take(key: BlockKey): Uint8Array | undefined
  /** Reads to the end. @throws HttpFailure where going on is of no use, and what the socket or the format says */
  read(blocks: AsyncIterable<Block>): Promise<void>
  /** Resolves when what is still held was taken, or is not wanted. */
  drain(): Promise<void>
}

export interface CarOptions {
  /** Ends the reading; told of blocks that come too slowly, however busily their bytes drip. */
  stop: AbortController
  /** Whether somebody wanted the block and has it now. */
  onBlock(key: BlockKey, bytes: Uint8Array): boolean
  /** The fetch has got as much as it may have before it is taken. */
  isSated(): boolean
  /** The fetch waits for blocks. */
  isStarving(): boolean
}

/** Counted for each block that is held beside its bytes. */
const overhead = 200

export function holdCar({ stop, onBlock, isSated, isStarving }: CarOptions): Car {
  const held = new Map<BlockKey, Uint8Array>()
  const given = recentSet(limits.recentKeys)
  let heldBytes = 0
  let again = 0 // bytes that came although they had been given away
  let taken = () => {}
  let waitingSince = Date.now() // for the next block

  function keep(key: BlockKey, bytes: Uint8Array): void {
    const size = bytes.length + overhead
    if (held.has(key) || given.has(key)) {
      again += size
      if (again > 4 * limits.maxHeld) throw new HttpFailure('its CAR repeats itself')
      return
    }
    held.set(key, bytes)
    heldBytes += size
  }

  const isFull = () => heldBytes > limits.maxHeld || isSated()
  const isHolding = () => heldBytes > 0

  /** Waits as long as this is so and there is a reason to hope that what is held will be wanted. */
  async function waitWhile(holds: () => boolean): Promise<void> {
    let hope = Date.now() + limits.carPatience
    const end = Date.now() + limits.carPause
    for (let before = heldBytes; holds(); ) {
      await new Promise<void>((resolve) => {
        taken = resolve
        setTimeout(resolve, limits.carPoll)
      })
      stop.signal.throwIfAborted()
      if (heldBytes < before || isSated() || !isStarving()) hope = Date.now() + limits.carPatience
      before = heldBytes
      if (Date.now() > hope || Date.now() > end) throw new HttpFailure('much of its CAR is not wanted')
    }
  }

  return {
    gave: given.has,
    take(key) {
      const bytes = held.get(key)
      if (bytes === undefined) return undefined
      held.delete(key)
      given.add(key)
      heldBytes -= bytes.length + overhead
      taken()
      return bytes
    },
    async read(blocks) {
      const watch = setInterval(() => {
        if (Date.now() - waitingSince > limits.carIdle) stop.abort(new HttpFailure('its CAR came too slowly'))
      }, 1000)
      try {
        for await (const { cid, bytes } of blocks) {
          stop.signal.throwIfAborted()
          waitingSince = Infinity
          const key = keyOfMultihash(cid.multihash.bytes)
          if (onBlock(key, bytes)) given.add(key)
          else keep(key, bytes)
          if (isFull()) await waitWhile(isFull)
          waitingSince = Date.now()
        }
      } finally {
        clearInterval(watch)
      }
    },
    drain: () => waitWhile(isHolding).catch(() => {}),
  }
}
