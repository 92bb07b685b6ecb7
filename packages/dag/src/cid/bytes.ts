import { CID } from 'multiformats/cid'
import type { MultihashDigest } from 'multiformats/hashes/interface'
import { DagError, malformed } from '../fault.ts'
import { readVarint, varintLength, writeVarint } from '../varint.ts'
import { codecs, hashes } from './codecs.ts'

const cursor = { value: 0, end: 0 }

/**
 * Where the CID that starts at `at` ends. Stricter and cheaper than decoding: minimal varints only.
 * @throws DagError INVALID_CID
 */
export function cidEnd(bytes: Uint8Array, at: number, end: number): number {
  if (isV0(bytes, at, end)) return at + 34
  const version = varint(bytes, at, end)
  if (version !== 1) throw invalid(`CID version ${version} is not known`)
  varint(bytes, cursor.end, end)
  varint(bytes, cursor.end, end)
  const length = varint(bytes, cursor.end, end)
  if (cursor.end + length > end) throw invalid('the digest is shorter than its length says')
  return cursor.end + length
}

/**
 * Checks the CID that a link in a block names, and which must fill `bytes[at, end)`.
 * @throws DagError INVALID_REQUEST
 */
export function checkLink(bytes: Uint8Array, at: number, end: number): void {
  try {
    if (cidEnd(bytes, at, end) !== end) throw invalid('bytes follow the CID')
  } catch (cause) {
    throw cause instanceof DagError ? malformed(`a link is ${cause.data.reason}`) : cause
  }
}

/**
 * The CID in `bytes[at, end)`, which it must fill. The bytes are copied, so that a CID never keeps a block alive.
 * @throws DagError INVALID_CID
 */
export function decodeCid(bytes: Uint8Array, at = 0, end = bytes.length): CID {
  if (cidEnd(bytes, at, end) !== end) throw invalid('bytes follow the CID')
  const own = room(end - at)
  for (let i = 0; i < own.length; i++) own[i] = bytes[at + i]!
  return cidOver(own)
}

/** Whether the CID that starts at `at` is a raw identity CID: content of its own, no links, no block. */
export function isInlineLeaf(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 1 && bytes[at + 1] === codecs.raw && bytes[at + 2] === hashes.identity
}

/** Codec of the valid CID that starts at `at`; where its multihash begins is written to `out.at`. */
export function codecAt(bytes: Uint8Array, at: number, end: number, out: { at: number }): number {
  out.at = at
  if (bytes[at] === hashes.sha256) return codecs.dagPb
  const code = varint(bytes, at + 1, end)
  out.at = cursor.end
  return code
}

/** The CID of version 1 with this codec and multihash, which is copied. */
export function cidOf(code: number, multihash: Uint8Array): CID {
  const own = room(1 + varintLength(code) + multihash.length)
  own[0] = 1
  own.set(multihash, writeVarint(own, 1, code))
  return cidOver(own)
}

/** A CID whose bytes are these, which must be valid, belong to nobody else, and come from `room`. */
export function cidOver(own: Uint8Array<ArrayBuffer>): CID {
  if (own[0] === hashes.sha256) return new CID(0, codecs.dagPb, multihashOver(own, 0), own)
  return new CID(1, varint(own, 1, own.length), multihashOver(own, cursor.end), own)
}

/** Space for the bytes of one CID. Arrays of their own would cost half a microsecond each. */
export function room(length: number): Uint8Array<ArrayBuffer> {
  if (length > slab.byteLength / 16) return new Uint8Array(length)
  if (used + length > slab.byteLength) {
    slab = new ArrayBuffer(slab.byteLength)
    used = 0
  }
  used += length
  return new Uint8Array(slab, used - length, length)
}

let slab = new ArrayBuffer(8192)
let used = 0

function multihashOver(own: Uint8Array<ArrayBuffer>, at: number): MultihashDigest {
  const code = varint(own, at, own.length)
  const size = varint(own, cursor.end, own.length)
  return { code, size, digest: own.subarray(cursor.end), bytes: at === 0 ? own : own.subarray(at) }
}

function isV0(bytes: Uint8Array, at: number, end: number): boolean {
  return end - at >= 34 && bytes[at] === hashes.sha256 && bytes[at + 1] === 32
}

function varint(bytes: Uint8Array, at: number, end: number): number {
  if (!readVarint(bytes, at, end, cursor)) throw invalid('a number in it does not end')
  if (cursor.end - at > 1 && bytes[cursor.end - 1] === 0) throw invalid('a number in it is padded')
  return cursor.value
}

function invalid(reason: string): DagError {
  return new DagError('INVALID_CID', { reason: `not a CID: ${reason}` })
}
