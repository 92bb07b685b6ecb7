import type { Entry } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import type { Retrieval } from '../../domain/retrieval/index.ts'
import type { Reply } from '../reply.ts'
import { contentReply } from './content.ts'
import type { ContentTypes } from './content-type.ts'
import { etagOf } from './etag.ts'
import { contentPolicy } from './safety.ts'
import { dispositionHeader, type Target, targetHeaders } from './target.ts'
import { notAcceptable } from './text-reply.ts'

export interface FileToServe {
  entry: Entry
  /** Last name of the path; empty where the root itself is the file. */
  name: string
  /** Whose CID is the tag: the directory's where its index is served. */
  tag: CID
}

/** A UnixFS file, a raw block or the text of a symlink. */
export async function fileReply(retrieval: Pick<Retrieval, 'content'>, types: ContentTypes, target: Target, file: FileToServe): Promise<Reply> {
  const { request, query, wish, address } = target
  const { entry, name, tag } = file
  const { signal } = request
  const link = entry.kind === 'symlink' ? Buffer.from(entry.target ?? '') : undefined
  const type = link ? 'inode/symlink' : await types.of(entry, query.get('filename') ?? name, signal)
  if (wish.format !== undefined && !wish.loose && !(wish.format === 'json' && type === 'application/json')) return notAcceptable(wish.format)
  const whole = link ?? (entry.kind === 'raw' ? entry.bytes : undefined)
  const content = retrieval.content(entry, { signal })
  return contentReply(
    request,
    {
      etag: etagOf(tag),
      type,
      size: whole?.length ?? entry.size ?? 0,
      read: (from, to) => whole?.subarray(from, to) ?? content.piece({ from, to }),
      sent: content.giveBack,
    },
    { ...targetHeaders(target), ...dispositionHeader(target), ...contentPolicy(type, address) },
  )
}
