import type { Reply } from '../reply.ts'
import { contentReply } from './content.ts'
import { etagOf } from './etag.ts'
import { contentPolicy } from './safety.ts'
import { dispositionHeader, type Target, targetHeaders } from './target.ts'

const type = 'application/vnd.ipld.raw'

/** The block itself, whatever its codec, to be checked against its CID by the client. */
export function rawBlockReply(target: Target): Reply | Promise<Reply> {
  const { request, entry, address } = target
  const { cid, bytes } = entry
  const headers = { ...targetHeaders(target), ...dispositionHeader(target, `${cid}.bin`), ...contentPolicy(type, address) }
  return contentReply(request, { etag: etagOf(cid, '.raw'), type, size: bytes.length, read: (from, to) => bytes.subarray(from, to) }, headers)
}
