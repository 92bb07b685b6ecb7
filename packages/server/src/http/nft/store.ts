import type { Principal } from '../../domain/access/index.ts'
import type { Uploads, UploadWish } from '../../domain/uploads/index.ts'
import type { Call } from '../edge.ts'
import { formFiles } from '../multipart.ts'

/** Every file is a place in the metadata. */
const limits = { files: 1000, fields: 100, fieldBytes: 256 * 1024 }

/** A form with the metadata as field `meta`, and files named by where they belong in it. */
export async function storeToken(uploads: Uploads, principal: Principal, call: Call, wish: UploadWish) {
  let meta: string | undefined
  const onField = (name: string, value: string) => {
    if (name === 'meta') meta ??= value
  }
  const { upload, data } = await uploads.token(principal, { files: formFiles(call.env.incoming, { ...limits, onField }), metadata: () => meta }, wish)
  const ipnft = upload.roots[0]!.cid
  return { ipnft, url: `ipfs://${ipnft}/metadata.json`, data }
}
