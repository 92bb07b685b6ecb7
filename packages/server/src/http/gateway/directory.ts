import { type BlockSource, DagError, type Entry, resolvePath } from '@thole/dag'
import type { Retrieval } from '../../domain/retrieval/index.ts'
import type { Reply } from '../reply.ts'
import { notModified } from './content.ts'
import type { ContentTypes } from './content-type.ts'
import { isKnown } from './etag.ts'
import { fileReply } from './file.ts'
import { listing, listingTag } from './pages/listing.ts'
import { pagePolicy } from './pages/page.ts'
import { headerOf } from './request.ts'
import { generatedCache, publicPath, type Target, targetHeaders } from './target.ts'
import { notAcceptable, redirect } from './text-reply.ts'

const indexName = 'index.html'

/** The slash first, so that relative links work; then the directory's own page; then a list of what is in it. */
export async function directoryReply(retrieval: Retrieval, types: ContentTypes, target: Target, maxListed: number): Promise<Reply> {
  const { request, address, entry, wish } = target
  if (wish.format !== undefined && !wish.loose) return notAcceptable(wish.format)
  if (!address.rest.endsWith('/')) {
    const query = request.query === '' ? '' : `?${request.query}`
    return redirect(`${publicPath(target)}/${query}`, generatedCache(target))
  }
  const index = await findIndex(retrieval, entry, request.signal)
  if (index !== undefined) {
    // Whoever blocks the page by its own path blocks it here.
    await retrieval.assertServed(target.root, [...target.path, indexName])
    return fileReply(retrieval, types, target, { entry: index, name: indexName, tag: entry.cid })
  }

  const etag = listingTag(target)
  const headers = { ...targetHeaders(target), ...generatedCache(target), 'content-security-policy': pagePolicy() }
  if (isKnown(headerOf(request, 'if-none-match'), etag)) return notModified(etag, headers)
  return { status: 200, headers: { ...headers, etag, 'content-type': 'text/html; charset=utf-8' }, body: listing(retrieval, target, maxListed) }
}

async function findIndex(source: BlockSource, { cid }: Entry, signal: AbortSignal): Promise<Entry | undefined> {
  try {
    const { entry } = await resolvePath(source, cid, [indexName], { signal })
    return entry.kind === 'file' || entry.kind === 'raw' ? entry : undefined
  } catch (error) {
    if (error instanceof DagError && error.code === 'NOT_FOUND') return undefined
    throw error
  }
}
