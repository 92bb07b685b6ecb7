import type { Entry } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import type { Address } from './address.ts'
import { encodePath } from './content-path.ts'
import { disposition } from './disposition.ts'
import { generated, immutable, openHeaders } from './headers.ts'
import type { Wish } from './negotiate.ts'
import type { GatewayRequest } from './request.ts'

/** A request whose path was found. */
export interface Target {
  request: GatewayRequest
  address: Address
  query: URLSearchParams
  wish: Wish
  root: CID
  /** Decoded path of the address: below the root, or below what a name leads to. */
  names: readonly string[]
  /** Decoded path below the root. */
  path: readonly string[]
  /** What caches may do with it; undefined: nobody knows how long it stays as it is. */
  cacheControl: string | undefined
  /** One CID a segment, the root's first. */
  cids: readonly CID[]
  entry: Entry
}

/** What every reply with content says, whatever its format. */
export function targetHeaders(target: Target): Record<string, string> {
  return {
    ...openHeaders,
    ...(target.cacheControl && { 'cache-control': target.cacheControl }),
    vary: 'Accept',
    'x-ipfs-path': shownPath(target),
    'x-ipfs-roots': target.cids.join(','),
    ...contentLocation(target),
  }
}

/** What caches may do with a page that is generated from content: what they may with that, but not for ever. */
export function generatedCache({ cacheControl }: Target): Record<string, string> {
  const value = cacheControl === immutable ? generated : cacheControl
  return value === undefined ? {} : { 'cache-control': value }
}

/** `filename` and `download` of the query; `fallback` where the format is one to be saved. */
export function dispositionHeader({ query }: Target, fallback?: string): Record<string, string> {
  const filename = query.get('filename') ?? fallback
  const save = fallback !== undefined || query.get('download') === 'true'
  if (filename === undefined) return save ? { 'content-disposition': 'attachment' } : {}
  return { 'content-disposition': disposition(save ? 'attachment' : 'inline', filename) }
}

/** The path from the root on as clients see it on this host, without a slash at its end. */
export function publicPath({ address, names }: Target): string {
  return address.style === 'path' ? `${address.mount ?? ''}/${address.namespace}/${address.id}${encodePath(names)}` : encodePath(names)
}

/** The content path as it was asked for: readable where ASCII can say it, else percent-encoded. */
function shownPath({ address, names }: Target): string {
  const slash = address.rest.length > 1 && address.rest.endsWith('/') ? '/' : ''
  const readable = names.map((name) => `/${name}`).join('')
  const path = /^[\x21-\x7e]*$/.test(readable) ? readable : encodePath(names)
  return `/${address.namespace}/${address.id}${path}${slash || (names.length === 0 && address.rest === '/' ? '/' : '')}`
}

/** Where a representation that was chosen by the Accept header has an address of its own. */
function contentLocation({ request, address, wish, query }: Target): Record<string, string> {
  if (!wish.byAccept || wish.format === undefined) return {}
  const own = new URLSearchParams(query)
  own.set('format', wish.format)
  return { 'content-location': `${address.mount ?? ''}${request.path}?${own}` }
}
