import { profiles, type ProfileName } from '@thole/dag'
import type { Principal } from '../domain/access/index.ts'
import type { Received, Uploads, UploadWish } from '../domain/uploads/index.ts'
import { fault } from '../kernel/faults.ts'
import { bodyOf, type Call } from './edge.ts'
import { formFiles } from './multipart.ts'

/** `?profile=`: how files become blocks. */
export function profileOf(call: Call): ProfileName {
  const name = call.req.query('profile') || 'unixfs-v1-2025'
  if (!Object.hasOwn(profiles, name)) throw fault('INVALID_REQUEST', { reason: `"${name}" is not a profile; there are ${Object.keys(profiles).join(', ')}` })
  return name as ProfileName
}

/** A body of any of the three forms: a form with files, a CAR, or the bytes of one file. */
export async function receiveBody(uploads: Uploads, principal: Principal, call: Call, wanted: UploadWish): Promise<Received> {
  const type = mediaTypeOf(call)
  const wish = { mediaType: type, ...wanted }
  const isForm = type === 'multipart/form-data'
  const isCar = call.req.query('format') === 'car' || type === 'application/vnd.ipld.car' || type === 'application/car'
  if (isForm && isCar) return uploads.car(principal, firstFile(call), wish)
  if (isForm) return uploads.files(principal, formFiles(call.env.incoming), wish)
  if (isCar) return uploads.car(principal, bodyOf(call, { reuse: true }), wish)
  return uploads.file(principal, bodyOf(call, { reuse: true }), wish)
}

/** Of the body, without parameters, in lower case. */
function mediaTypeOf(call: Call): string {
  return (call.req.header('content-type') ?? '').split(';')[0]!.trim().toLowerCase()
}

async function* firstFile(call: Call): AsyncIterable<Uint8Array> {
  for await (const { bytes } of formFiles(call.env.incoming)) return yield* bytes
  throw fault('INVALID_REQUEST', { reason: 'the form has no file (a part with a file name)' })
}
