import type { CID } from 'multiformats/cid'
import type { Reply } from '../reply.ts'
import { type GatewayHosts, parseAddress } from './address.ts'
import { moveToOwnOrigin } from './own-origin.ts'
import type { GatewayRequest } from './request.ts'
import { redirect } from './text-reply.ts'

/** Where the public gateway has this: at the origin of the root where this host gives it one. Never kept, so that each visit is one. */
export function leadAway(request: GatewayRequest, root: CID, hosts: GatewayHosts): Reply {
  const { host, path, query } = request
  const own = moveToOwnOrigin(request, parseAddress(host, path, hosts)!, { kind: 'content', cid: root })
  return redirect(own?.headers.location ?? `${path}${query === '' ? '' : `?${query}`}`, { 'cache-control': 'no-store' }, 302)
}
