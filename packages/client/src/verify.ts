import { hashes, loadHash, verifyBlock, type Block } from '@thole/dag/light'
import { TholeError } from './errors.ts'
import { sha256 } from './sha256.ts'

/** @throws TholeError HASH_MISMATCH; DagError UNSUPPORTED_CODEC */
export async function verify({ cid, bytes }: Block): Promise<void> {
  const { code, digest } = cid.multihash
  if (code !== hashes.sha256) {
    await loadHash(code)
    return verifyBlock({ cid, bytes })
  }
  const found = await sha256(bytes)
  if (digest.length === found.length && digest.every((byte, i) => byte === found[i])) return
  throw new TholeError('HASH_MISMATCH', `the bytes given for ${cid} have another hash`, { cid: cid.toString() })
}
