import { canonicalCid } from '@thole/dag'
import type { Dags } from '../../domain/dags/index.ts'
import type { Uploads, UploadWish } from '../../domain/uploads/index.ts'
import type { Patron } from '../../domain/usage/index.ts'
import { Fault, fault } from '../../kernel/faults.ts'
import { bodyOf, type Call } from '../edge.ts'
import type { AddressGate } from '../limits/address-gate.ts'
import { rootInToken } from './metaplex-token.ts'
import { nftView } from './nft-view.ts'

/** Who pays, and who may ask how often. */
export interface MetaplexParts {
  patron: Patron
  gate: AddressGate
}

export interface SignedParts {
  uploads: Uploads
  dags: Dags
  metaplex: MetaplexParts
}

/** A CAR whose root its sender has signed, on the account of the patron. It is told of as it was sent: what else that account has is not for its sender. */
export async function receiveSigned({ uploads, dags, metaplex: { patron, gate } }: SignedParts, call: Call, wish: UploadWish) {
  gate(call)
  const signed = await rootInToken(call.req.header('x-web3auth'))
  const { principal, caps } = await patron.take()
  const onRoots: UploadWish['onRoots'] = ([root]) => {
    if (root && canonicalCid(root) !== signed) throw fault('UNAUTHENTICATED', { reason: 'the token was signed for another root' })
  }
  const { upload } = await uploads.car(principal, bodyOf(call, { reuse: true }), { mediaType: 'application/car', ...wish, onRoots, guest: true, caps }).catch(withoutFigures)
  const { cid } = upload.roots[0]!
  const { bytes, standing, missingCount } = await dags.status(cid)
  return nftView({ ...upload, cid, bytes, standing, missingCount, parts: [] })
}

/** How full that account is, and of what plan, is not for its guests. */
function withoutFigures(error: unknown): never {
  if (error instanceof Fault && error.code === 'QUOTA_EXCEEDED') throw fault('QUOTA_EXCEEDED', { reason: 'the account that pays for such uploads has no room for it' }, { cause: error })
  throw error
}
