import type { CID } from 'multiformats/cid'
import { decodeCid, isInlineLeaf } from '../cid/bytes.ts'
import { visitLinks } from '../links.ts'
import { readVarint, varintLength, writeVarint } from '../varint.ts'

/**
 * The links of a block that a walk has still to follow, as bytes: a tenth of what as many CIDs would take, and without
 * the block. Raw identity CIDs are left out, since there is nothing to follow.
 */
export class PendingLinks {
  count = 0
  #bytes = new Uint8Array(64)
  #end = 0
  #at = 0
  readonly #cursor = { value: 0, end: 0 }

  /** Bytes held. */
  get size(): number {
    return this.#bytes.length
  }

  /** Adds the link in `bytes[at, end)`, a valid CID. */
  add(bytes: Uint8Array, at: number, end: number, name: () => string): void {
    if (isInlineLeaf(bytes, at)) return
    const text = utf8.encode(name())
    this.#grow(varintLength(end - at) + (end - at) + varintLength(text.length) + text.length)
    this.#write(bytes.subarray(at, end))
    this.#write(text)
    this.count++
  }

  /** The next CID and its name, in the order added. */
  next(): [cid: CID, name: string] | undefined {
    if (this.count === 0) return undefined
    this.count--
    const end = this.#lengthAhead()
    const cid = decodeCid(this.#bytes, this.#at, end)
    this.#at = end
    const nameEnd = this.#lengthAhead()
    const name = utf8Text.decode(this.#bytes.subarray(this.#at, nameEnd))
    this.#at = nameEnd
    return [cid, name]
  }

  /** Gives back the room that was taken in advance. */
  trim(): this {
    if (this.#end < this.#bytes.length) this.#bytes = this.#bytes.slice(0, this.#end)
    return this
  }

  #write(bytes: Uint8Array): void {
    this.#end = writeVarint(this.#bytes, this.#end, bytes.length)
    this.#bytes.set(bytes, this.#end)
    this.#end += bytes.length
  }

  /** Where what comes next ends; steps to where it begins. */
  #lengthAhead(): number {
    readVarint(this.#bytes, this.#at, this.#end, this.#cursor)
    this.#at = this.#cursor.end
    return this.#at + this.#cursor.value
  }

  #grow(more: number): void {
    if (this.#end + more <= this.#bytes.length) return
    const wider = new Uint8Array(Math.max(this.#bytes.length * 2, this.#end + more))
    wider.set(this.#bytes)
    this.#bytes = wider
  }
}

const utf8 = new TextEncoder()
const utf8Text = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * What of a block's links is to be followed; names are cut at `maxPath` characters.
 * @throws DagError as `visitLinks` does
 */
export function pendingLinks(cid: CID, bytes: Uint8Array, maxPath: number): PendingLinks {
  const pending = new PendingLinks()
  visitLinks(cid, bytes, (source, at, end, path) => pending.add(source, at, end, path), maxPath)
  return pending.trim()
}
