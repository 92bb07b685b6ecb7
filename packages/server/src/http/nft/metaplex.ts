import { canonicalCid } from '@thole/dag'
import type { Uploads, UploadWish } from '../../domain/uploads/index.ts'
import type { Patron } from '../../domain/usage/index.ts'
import { fault } from '../../kernel/faults.ts'
import { bodyOf, demandBodyLimit, type Call } from '../edge.ts'
import type { AddressGate } from '../limits/address-gate.ts'
import { rootInToken } from './metaplex-token.ts'

/** Who pays, and who may ask how often. */
export interface MetaplexParts {
  patron: Patron
  gate: AddressGate
}

/** A CAR whose root its sender has signed, on the account of the patron. Returns whose it is, and its root. */
export async function receiveSigned(uploads: Uploads, { patron, gate }: MetaplexParts, call: Call, wish: UploadWish) {
  gate(call)
  const signed = await rootInToken(call.req.header('x-web3auth'))
  const { principal, left } = await patron.take()
  demandBodyLimit(call, left)
  const onRoots: UploadWish['onRoots'] = ([root]) => {
    if (root && canonicalCid(root) !== signed) throw fault('UNAUTHENTICATED', { reason: 'the token was signed for another root' })
  }
  const { upload } = await uploads.car(principal, bodyOf(call, { reuse: true }), { mediaType: 'application/car', ...wish, maxBytes: left, onRoots })
  return { principal, cid: upload.roots[0]!.cid }
}
