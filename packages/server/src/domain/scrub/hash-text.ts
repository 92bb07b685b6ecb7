import type { Multihash } from '../../ports/block-store.ts'

/** A multihash as the database has it. */
export function hashText(hash: Multihash): string {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString('hex')
}

export function hashOf(text: string): Multihash {
  return new Uint8Array(Buffer.from(text, 'hex'))
}
