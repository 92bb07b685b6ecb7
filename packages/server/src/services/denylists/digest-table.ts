/** Of each digest so many bytes are kept: nobody finds two that begin alike. */
const keyWords = 4
const firstCapacity = 1024

/** A map from digests of 16 bytes and more to numbers above zero, at some 40 bytes an entry: lists have a million rules. */
export class DigestTable {
  #keys = new Uint32Array(firstCapacity * keyWords)
  #values = new Uint32Array(firstCapacity)
  #size = 0

  set(digest: Uint8Array, value: number): void {
    if (this.#size * 2 >= this.#values.length) this.#grow()
    const key = wordsOf(digest)
    const at = this.#find(key)
    if (this.#values[at] === 0) this.#size++
    this.#keys.set(key, at * keyWords)
    this.#values[at] = value
  }

  /** 0: there is no such digest. */
  get(digest: Uint8Array): number {
    return this.#values[this.#find(wordsOf(digest))]!
  }

  /** The place of this key, or the free one where it belongs. */
  #find(key: Uint32Array): number {
    const mask = this.#values.length - 1
    let at = key[0]! & mask
    while (this.#values[at] !== 0 && !this.#isAt(at, key)) at = (at + 1) & mask
    return at
  }

  #isAt(place: number, key: Uint32Array): boolean {
    const from = place * keyWords
    return key.every((word, i) => this.#keys[from + i] === word)
  }

  #grow(): void {
    const keys = this.#keys
    const values = this.#values
    this.#keys = new Uint32Array(keys.length * 2)
    this.#values = new Uint32Array(values.length * 2)
    for (let from = 0; from < values.length; from++) {
      if (values[from] === 0) continue
      const key = keys.subarray(from * keyWords, (from + 1) * keyWords)
      const at = this.#find(key)
      this.#keys.set(key, at * keyWords)
      this.#values[at] = values[from]!
    }
  }
}

function wordsOf(digest: Uint8Array): Uint32Array {
  const { buffer, byteOffset } = digest
  if (byteOffset % 4 === 0) return new Uint32Array(buffer, byteOffset, keyWords)
  return new Uint32Array(Uint8Array.from(digest.subarray(0, keyWords * 4)).buffer)
}
