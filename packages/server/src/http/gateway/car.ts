import { createHash } from 'node:crypto'
import type { CID } from 'multiformats/cid'
import type { ExportOptions, OpenCar } from '../../domain/retrieval/index.ts'
import type { Reply } from '../reply.ts'
import { carWish } from './car-wish.ts'
import { notModified } from './content.ts'
import { isKnown } from './etag.ts'
import { headerOf } from './request.ts'
import { contentPolicy } from './safety.ts'
import { dispositionHeader, type Target, targetHeaders } from './target.ts'

/** A DAG as CARv1: the blocks of the path, then those of its end. `read` are all blocks that finding it took. */
export function carReply(open: OpenCar, target: Target, read: readonly CID[]): Reply {
  const { request, root, entry, path, address } = target
  const wish = carWish(target)
  const type = `application/vnd.ipld.car; version=1; order=dfs; dups=${wish.dups ? 'y' : 'n'}`
  const etag = carTag(root, path, wish)
  const headers = { ...targetHeaders(target), ...dispositionHeader(target, `${root}.car`), ...contentPolicy(type, address) }
  if (isKnown(headerOf(request, 'if-none-match'), etag)) return notModified(etag, headers)
  const above = path.length === 0 ? [] : read.filter((cid) => !cid.equals(entry.cid))
  const { bytes, giveBack } = open({ root, path: above, from: entry.cid, ...wish, signal: request.signal })
  return { status: 200, headers: { ...headers, etag, 'accept-ranges': 'none', 'content-type': type }, body: bytes, sent: giveBack }
}

/** Depth-first order makes the bytes a function of these. */
function carTag(root: CID, path: readonly string[], wish: Partial<ExportOptions>): string {
  const variant = createHash('sha256').update(JSON.stringify([path, wish])).digest('hex').slice(0, 16)
  return `"${root}.car.${variant}"`
}
