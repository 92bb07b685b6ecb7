import type { Reply } from '../reply.ts'
import type { Address } from './address.ts'
import type { GatewayRequest } from './request.ts'
import { redirect, textReply } from './text-reply.ts'

/**
 * `/ipfs/?uri=ipfs://…`: where browsers send native addresses (subdomain gateway specification, "URI router"). undefined: none was
 * sent.
 */
export function routeUri({ query }: GatewayRequest, { style, id, mount = '' }: Address): Reply | undefined {
  if (style !== 'path' || id !== '') return undefined
  const uri = new URLSearchParams(query).get('uri')
  if (uri === null) return undefined
  const [, scheme, root, rest = ''] = /^(?:web\+)?(ipfs|ipns):\/\/([^/?#]+)([^#]*)/is.exec(uri) ?? []
  if (scheme === undefined) return textReply(400, 'The parameter uri has to be an address such as ipfs://… or ipns://….')
  return redirect(`${mount}/${scheme.toLowerCase()}/${root}${rest}`.toWellFormed().replace(/[^\x21-\x7e]+/g, encodeURIComponent))
}
