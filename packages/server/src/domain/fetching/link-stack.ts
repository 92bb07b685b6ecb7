import { CID } from 'multiformats/cid'

/** A link to be followed, and how many links lead to it from the root. */
export interface DeepLink {
  cid: CID
  depth: number
}

const chunkBytes = 64 << 10
/** Behind each CID: its depth and its length. */
const tailBytes = 6

/** Links that wait to be followed, the last one first, as bytes: a tenth of what as many CIDs would take. */
export class LinkStack {
  readonly #chunks: { view: DataView; end: number }[] = []
  #count = 0

  get size(): number {
    return this.#count
  }

  /** Bytes held. */
  get memory(): number {
    return this.#chunks.length * chunkBytes
  }

  push({ cid, depth }: DeepLink): void {
    const { bytes } = cid
    const needed = bytes.length + tailBytes
    let chunk = this.#chunks.at(-1)
    if (chunk === undefined || chunk.end + needed > chunk.view.byteLength) {
      chunk = { view: new DataView(new ArrayBuffer(Math.max(chunkBytes, needed))), end: 0 }
      this.#chunks.push(chunk)
    }
    new Uint8Array(chunk.view.buffer, chunk.end, bytes.length).set(bytes)
    chunk.end += needed
    chunk.view.setUint32(chunk.end - 6, depth)
    chunk.view.setUint16(chunk.end - 2, bytes.length)
    this.#count++
  }

  pop(): DeepLink | undefined {
    const chunk = this.#chunks.at(-1)
    if (chunk === undefined) return undefined
    const length = chunk.view.getUint16(chunk.end - 2)
    const depth = chunk.view.getUint32(chunk.end - 6)
    chunk.end -= length + tailBytes
    const cid = CID.decode(new Uint8Array(chunk.view.buffer).slice(chunk.end, chunk.end + length))
    if (chunk.end === 0) this.#chunks.pop()
    this.#count--
    return { cid, depth }
  }
}
