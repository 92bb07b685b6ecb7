import { CID } from 'multiformats/cid'

/** A stack of CIDs as bytes: a fifth of what as many objects would take. */
export class PendingCids {
  count = 0
  #bytes = new Uint8Array(4096)
  #end = 0

  push({ bytes }: CID): void {
    const end = this.#end + bytes.length + 4
    if (end > this.#bytes.length) {
      const wider = new Uint8Array(Math.max(end, this.#bytes.length * 2))
      wider.set(this.#bytes)
      this.#bytes = wider
    }
    this.#bytes.set(bytes, this.#end)
    new DataView(this.#bytes.buffer).setUint32(end - 4, bytes.length)
    this.#end = end
    this.count++
  }

  pop(): CID | undefined {
    if (this.count === 0) return undefined
    this.count--
    const end = this.#end - 4
    this.#end = end - new DataView(this.#bytes.buffer).getUint32(end)
    return CID.decode(this.#bytes.slice(this.#end, end))
  }
}
