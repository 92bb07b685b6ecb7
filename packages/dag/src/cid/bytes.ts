import { CID } from 'multiformats/cid'
import { Digest } from 'multiformats/hashes/digest'
import { DagError } from '../fault.ts'
import { readVarint } from '../varint.ts'
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
 * The CID in `bytes[at, end)`, which it must fill. The bytes are copied, so that a CID never keeps a block alive.
 * @throws DagError INVALID_CID
 */
export function decodeCid(bytes: Uint8Array, at = 0, end = bytes.length): CID {
  if (cidEnd(bytes, at, end) !== end) throw invalid('bytes follow the CID')
  const own = new Uint8Array(end - at)
  own.set(end - at === bytes.length ? bytes : bytes.subarray(at, end))
  if (isV0(own, 0, own.length)) return new CID(0, codecs.dagPb, new Digest(hashes.sha256, 32, own.subarray(2), own), own)
  const code = varint(own, 1, own.length)
  const hashAt = cursor.end
  const hash = varint(own, hashAt, own.length)
  const size = varint(own, cursor.end, own.length)
  return new CID(1, code, new Digest(hash, size, own.subarray(cursor.end), own.subarray(hashAt)), own)
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
