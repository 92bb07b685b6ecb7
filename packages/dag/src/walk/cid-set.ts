import type { CID } from 'multiformats/cid'

/** CIDs seen, by codec and multihash: a version 0 CID and its version 1 form count as one. */
export class CidSet {
  readonly #byCodec = new Map<number, Set<string>>()
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Whether it was not there before. */
  add(cid: CID): boolean {
    let seen = this.#byCodec.get(cid.code)
    if (seen === undefined) this.#byCodec.set(cid.code, (seen = new Set()))
    const before = seen.size
    // One-byte characters: half the memory and a tenth of the time of base32.
    seen.add(String.fromCharCode.apply(null, cid.multihash.bytes as unknown as number[]))
    if (seen.size === before) return false
    this.#size++
    return true
  }
}
