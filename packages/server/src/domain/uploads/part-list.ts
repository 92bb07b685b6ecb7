import { codecs, digest, isInline, type Block } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import type { BlockWriter } from '../../ports/block-store.ts'

export interface PartLister {
  /** Puts a block into the writer, and its hash on the list. */
  put(block: Block): Promise<void>
  /** Puts what is not yet stored of the list itself. Returns the CIDs of its blocks; the writer's `commit` makes them durable. */
  finish(): Promise<string[]>
}

const sha256 = 0x12
/** A block of links is stored when the next link might take it beyond this; any node takes 2 MiB. */
const maxBytes = 1_900_000

/**
 * Remembers what an upload brings, in blocks of links. A part of a DAG may bring blocks that lie below some which are not here yet: nothing
 * but this list leads to them, and reclaim goes by what it can walk to.
 */
export function listParts(writer: Pick<BlockWriter, 'put'>): PartLister {
  const stored: string[] = []
  let links = new LinkArray()

  async function store(): Promise<void> {
    const bytes = links.encode()
    const cid = CID.createV1(codecs.dagCbor, createDigest(sha256, digest(sha256, bytes)))
    links = new LinkArray()
    await writer.put({ cid, bytes })
    stored.push(cid.toString())
  }

  return {
    async put(block) {
      if (!isInline(block.cid)) {
        links.add(block.cid.multihash.bytes)
        if (links.length > maxBytes || links.count === 0xffff) await store()
      }
      await writer.put(block)
    },
    async finish() {
      if (links.count > 0) await store()
      return stored
    },
  }
}

/** A dag-cbor array of links, each as raw: whatever lies below is on the list itself. */
class LinkArray {
  count = 0
  length = 0
  #bytes = new Uint8Array(256)

  add(multihash: Uint8Array): void {
    const cid = [0x00, 0x01, codecs.raw]
    const start = [0xd8, 42, ...head(0x40, cid.length + multihash.length), ...cid]
    this.#makeRoom(start.length + multihash.length)
    this.#bytes.set(start, this.length)
    this.#bytes.set(multihash, this.length + start.length)
    this.length += start.length + multihash.length
    this.count++
  }

  encode(): Uint8Array {
    return Buffer.concat([Uint8Array.from(head(0x80, this.count)), this.#bytes.subarray(0, this.length)])
  }

  #makeRoom(more: number): void {
    if (this.length + more <= this.#bytes.length) return
    const wider = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + more))
    wider.set(this.#bytes.subarray(0, this.length))
    this.#bytes = wider
  }
}

/** The head of a CBOR item (RFC 8949 §3) in as few bytes as possible, for lengths below 65,536. */
function head(major: number, length: number): number[] {
  if (length < 24) return [major | length]
  if (length < 0x100) return [major | 24, length]
  return [major | 25, length >> 8, length & 0xff]
}
