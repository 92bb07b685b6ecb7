import { murmur364 } from '@multiformats/murmur3'
import { malformed } from '../fault.ts'

/** Bytes of a name's hash; deeper shards cannot exist. */
export const nameHashBytes = 8

/** murmur3-x64-64 of a name in UTF-8, in the order in which shards consume it. */
export function nameHash(name: Uint8Array): Uint8Array {
  return murmur364.encode(name) as Uint8Array // its type allows for hashes that give promises
}

/** The slot of a name in a shard at `depth`: the next log2(fanout) bits of its hash, most significant first. */
export function slotAt(hash: Uint8Array, depth: number, fanout: number): number {
  const width = 31 - Math.clz32(fanout)
  const from = depth * width
  if (from + width > hash.length * 8) throw malformed('the sharded directory is too deep')
  const at = from >>> 3
  const bits = (hash[at]! << 16) | ((hash[at + 1] ?? 0) << 8) | (hash[at + 2] ?? 0)
  return (bits >>> (24 - (from & 7) - width)) & (fanout - 1)
}

/** What the name of a link in a shard begins with. */
export function slotPrefix(slot: number, fanout: number): string {
  return slot.toString(16).toUpperCase().padStart(prefixLength(fanout), '0')
}

export function prefixLength(fanout: number): number {
  return (fanout - 1).toString(16).length
}
