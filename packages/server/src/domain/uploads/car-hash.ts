import { createHash } from 'node:crypto'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'

/** Codec of a CAR as a whole (multicodec table). */
const car = 0x02_02
const sha256 = 0x12

/** The CID of the bytes that go through, as the name of a CAR. */
export function hashCar() {
  const hash = createHash('sha256')
  async function* through(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    for await (const piece of bytes) {
      hash.update(piece)
      yield piece
    }
  }
  return { through, cid: () => CID.createV1(car, createDigest(sha256, hash.digest())).toString() }
}
