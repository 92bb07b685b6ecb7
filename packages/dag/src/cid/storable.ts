import type { CID } from 'multiformats/cid'
import { DagError } from '../fault.ts'
import { digestLength } from '../hash/digest.ts'
import { codecs, codeName, hashes, identityBytes } from './codecs.ts'

/** Kubo's limit too: longer inline content belongs in a block. */
const maxIdentityBytes = 128
const storableCodecs: ReadonlySet<number> = new Set(Object.values(codecs))

/**
 * Whether blocks of this CID can be stored and verified.
 * @throws DagError UNSUPPORTED_CODEC naming the codec or the hash function
 */
export function assertStorable(cid: CID): void {
  if (!storableCodecs.has(cid.code)) {
    throw unsupported(cid, `codec ${codeName(cid.code)} is not stored; raw, dag-pb, dag-cbor, dag-json, cbor and json are`)
  }
  const { code, digest } = cid.multihash
  if (code === hashes.identity) return assertShort(cid)
  const length = digestLength(code)
  if (length === undefined) throw unsupported(cid, `hash function ${codeName(code)} is not supported`)
  if (digest.length !== length) {
    throw unsupported(cid, `a digest of hash function ${codeName(code)} has ${length} bytes, this one has ${digest.length}`)
  }
}

/**
 * Whether an identity CID is short enough to be followed: links within links within one CID would cost its length
 * squared. Other CIDs always are.
 * @throws DagError UNSUPPORTED_CODEC
 */
export function assertShort(cid: CID): void {
  const length = identityBytes(cid)?.length ?? 0
  if (length > maxIdentityBytes) throw unsupported(cid, `an identity CID may carry ${maxIdentityBytes} bytes, this one carries ${length}`)
}

function unsupported(cid: CID, reason: string): DagError {
  return new DagError('UNSUPPORTED_CODEC', { reason, cid: cid.toString().slice(0, 100) })
}
