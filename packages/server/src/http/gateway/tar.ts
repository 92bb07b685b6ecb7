import type { OpenTar } from '../../domain/retrieval/index.ts'
import type { Reply } from '../reply.ts'
import { notModified } from './content.ts'
import { isKnown } from './etag.ts'
import { headerOf } from './request.ts'
import { contentPolicy } from './safety.ts'
import { dispositionHeader, type Target, targetHeaders } from './target.ts'
import { notAcceptable } from './text-reply.ts'

const type = 'application/x-tar'

/** A file, or a directory with all below it, as an archive. */
export function tarReply(open: OpenTar, target: Target): Reply {
  const { request, entry, address } = target
  if (entry.kind === 'ipld') return notAcceptable('tar')
  // Weak, since other versions may write other headers.
  const etag = `W/"${entry.cid}.x-tar"`
  const headers = { ...targetHeaders(target), ...dispositionHeader(target, `${entry.cid}.tar`), ...contentPolicy(type, address) }
  if (isKnown(headerOf(request, 'if-none-match'), etag)) return notModified(etag, headers)
  const { bytes, giveBack } = open(entry, { signal: request.signal })
  return { status: 200, headers: { ...headers, etag, 'accept-ranges': 'none', 'content-type': type }, body: bytes, sent: giveBack }
}
