import type { Multihash } from '../../../ports/block-store.ts'

/** A hash as the key of a Map: as short as it gets, and it sorts as the bytes do. */
export function keyOf({ buffer, byteOffset, length }: Multihash): string {
  return Buffer.from(buffer, byteOffset, length).toString('latin1')
}

/** Of one query: more would keep SQLite, and with it everybody else, busy for too long. */
export const maxHashes = 500

export function* slices<T>(items: readonly T[], size = maxHashes): Generator<readonly T[]> {
  if (items.length <= size) yield items
  else for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size)
}
