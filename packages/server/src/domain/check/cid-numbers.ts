import { fingerprint } from '@thole/dag'
import type { CID } from 'multiformats/cid'

/** Words of an entry: the fingerprint, and the number plus one. */
const stride = 4
const firstSlots = 8
/** Growing moves one shard at a time, and so stalls nobody. */
const shardCount = 256

/** Numbers CIDs from 0 in the order in which they are met, by codec and multihash: both versions of a CID have one number. Some 24 bytes each. */
export class CidNumbers {
  readonly #shards = Array.from({ length: shardCount }, () => new Uint32Array(firstSlots * stride))
  readonly #counts = new Uint32Array(shardCount)
  readonly #probe = new Uint32Array(stride)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** A CID that is new gets the number that `size` was before. */
  of({ code, multihash: { bytes } }: CID): number {
    const probe = this.#probe
    fingerprint(code, bytes, 0, bytes.length, probe)
    const at = probe[0]! % shardCount
    let shard = this.#shards[at]!
    const slot = slotOf(shard, probe)
    if (shard[slot + 3] !== 0) return shard[slot + 3]! - 1
    if ((this.#counts[at]! + 1) * stride * 4 > shard.length * 3) shard = this.#shards[at] = grown(shard)
    probe[3] = ++this.#size
    shard.set(probe, slotOf(shard, probe))
    this.#counts[at]!++
    return this.#size - 1
  }
}

/** Where this fingerprint stands, or may be put. Linear probing. */
function slotOf(shard: Uint32Array, probe: Uint32Array): number {
  const a = probe[0]
  const b = probe[1]!
  const c = probe[2]
  const mask = shard.length / stride - 1
  for (let number = b & mask; ; number = (number + 1) & mask) {
    const slot = number * stride
    if (shard[slot + 3] === 0 || (shard[slot] === a && shard[slot + 1] === b && shard[slot + 2] === c)) return slot
  }
}

function grown(shard: Uint32Array): Uint32Array<ArrayBuffer> {
  const wider = new Uint32Array(shard.length * 2)
  for (let at = 0; at < shard.length; at += stride) {
    if (shard[at + 3] === 0) continue
    const entry = shard.subarray(at, at + stride)
    wider.set(entry, slotOf(wider, entry))
  }
  return wider
}
