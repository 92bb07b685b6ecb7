import type { CID } from 'multiformats/cid'
import type { PlannedBlock } from './plan.ts'

export interface BlockList {
  readonly blocks: PlannedBlock[]
  /** Takes each block once: the same bytes may stand in many places. */
  add(cid: CID, block: Omit<PlannedBlock, 'cid'>): void
}

export function blockList(onBlock?: (block: PlannedBlock) => void): BlockList {
  const blocks: PlannedBlock[] = []
  const seen = new Set<string>()
  return {
    blocks,
    add(cid, block) {
      const key = keyOf(cid.bytes)
      if (seen.has(key)) return
      seen.add(key)
      const planned = { cid: cid.bytes.slice(), ...block }
      blocks.push(planned)
      onBlock?.(planned)
    },
  }
}

/** A block that is nothing of a file. */
export function nodeBlock(bytes: Uint8Array): Omit<PlannedBlock, 'cid'> {
  return { length: bytes.length, bytes, file: 0, from: 0, span: 0 }
}

/** Bytes as a string of as many characters: the cheapest key of a map. */
export function keyOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}
