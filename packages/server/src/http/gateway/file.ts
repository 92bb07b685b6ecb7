import { type BlockSource, type Entry, readFile } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import type { Reply } from '../reply.ts'
import { contentReply } from './content.ts'
import type { ContentTypes } from './content-type.ts'
import { etagOf } from './etag.ts'
import { ownLeaves } from './own-leaves.ts'
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

/** Blocks of one response in flight: enough to hide a disk, few enough for many slow clients. */
const readAhead = 4

/** A UnixFS file, a raw block or the text of a symlink. */
export async function fileReply(source: BlockSource, types: ContentTypes, target: Target, file: FileToServe): Promise<Reply> {
  const { request, query, wish, address } = target
  const { entry, name, tag } = file
  const { signal } = request
  const link = entry.kind === 'symlink' ? Buffer.from(entry.target ?? '') : undefined
  const type = link ? 'inode/symlink' : await types.of(entry, query.get('filename') ?? name, signal)
  if (wish.format !== undefined && !wish.loose && !(wish.format === 'json' && type === 'application/json')) return notAcceptable(wish.format)
  const whole = link ?? (entry.kind === 'raw' ? entry.bytes : undefined)
  const leaves = ownLeaves(source)
  return contentReply(
    request,
    {
      etag: etagOf(tag),
      type,
      size: whole?.length ?? entry.size ?? 0,
      read: (from, to) => whole?.subarray(from, to) ?? readFile(leaves, entry, { from, to, readAhead, signal }),
      sent: leaves.free,
    },
    { ...targetHeaders(target), ...dispositionHeader(target), ...contentPolicy(type, address.style) },
  )
}
