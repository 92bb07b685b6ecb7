import { murmur364 } from '@multiformats/murmur3'
import { malformed } from '../fault.ts'

/** Bytes of a name's hash; deeper shards cannot exist. */
export const nameHashBytes = 8

/** murmur3-x64-64 of a name, in the order in which shards consume it. */
export function nameHash(name: Uint8Array): Uint8Array {
  const hash = murmur364.encode(name)
  if (hash instanceof Uint8Array) return hash
  throw new TypeError('murmur3 is synchronous')
}

/** The slot of a name in a shard at `depth`: the next log2(fanout) bits of its hash, most significant first. */
export function slotAt(hash: Uint8Array, depth: number, fanout: number): number {
  const width = Math.log2(fanout)
  const from = depth * width
  if (from + width > hash.length * 8) throw malformed('the sharded directory is too deep')
  let slot = 0
  for (let bit = from; bit < from + width; bit++) {
    slot = (slot << 1) | ((hash[bit >>> 3]! >>> (7 - (bit & 7))) & 1)
  }
  return slot
}

/** What the name of a link in a shard begins with. */
export function slotPrefix(slot: number, fanout: number): string {
  return slot.toString(16).toUpperCase().padStart(prefixLength(fanout), '0')
}

export function prefixLength(fanout: number): number {
  return (fanout - 1).toString(16).length
}
