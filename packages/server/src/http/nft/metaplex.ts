import { canonicalCid } from '@thole/dag'
import type { Uploads, UploadWish } from '../../domain/uploads/index.ts'
import type { Patron } from '../../domain/usage/index.ts'
import { fault } from '../../kernel/faults.ts'
import { bodyOf, type Call } from '../edge.ts'
import type { AddressGate } from '../limits/address-gate.ts'
import { rootInToken } from './metaplex-token.ts'
import { nftView } from './nft-view.ts'

/** Who pays, and who may ask how often. */
export interface MetaplexParts {
  patron: Patron
  gate: AddressGate
}

/** A CAR whose root its sender has signed, on the account of the patron. It is told of as it was sent: what else that account has is not for its sender. */
export async function receiveSigned(uploads: Uploads, { patron, gate }: MetaplexParts, call: Call, wish: UploadWish) {
  gate(call)
  const signed = await rootInToken(call.req.header('x-web3auth'))
  const { principal, caps } = await patron.take()
  const onRoots: UploadWish['onRoots'] = ([root]) => {
    if (root && canonicalCid(root) !== signed) throw fault('UNAUTHENTICATED', { reason: 'the token was signed for another root' })
  }
  const { upload, pins } = await uploads.car(principal, bodyOf(call, { reuse: true }), { mediaType: 'application/car', ...wish, onRoots, guest: true, caps })
  const { bytes, status } = pins[0]!
  return nftView({ ...upload, cid: upload.roots[0]!.cid, bytes, standing: status === 'pinned' ? 'pinned' : 'pinning', missingCount: 0, parts: [] })
}
