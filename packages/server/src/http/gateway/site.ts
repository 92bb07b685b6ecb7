import type { CID } from 'multiformats/cid'
import type { Names } from '../../domain/names/index.ts'
import { immutable } from './headers.ts'
import { askerOf, type GatewayRequest } from './request.ts'
import type { Root } from './root.ts'

/** The content that an address stands for at this moment. */
export interface Site {
  root: CID
  /** Path below the root that a name leads to, decoded. */
  prefix: readonly string[]
  /** What caches may do with what is there; undefined: nobody knows how long it stays as it is. */
  cacheControl: string | undefined
}

/** `below`: decoded path of the address. Faults as `Names.resolve`. */
export async function openSite(names: Names, root: Root, below: readonly string[], request: GatewayRequest): Promise<Site> {
  if (root.kind === 'content') return { root: root.cid, prefix: [], cacheControl: immutable }
  const { root: cid, names: prefix, ttl } = await names.resolve(root, below, request.signal, askerOf(request))
  return { root: cid, prefix, cacheControl: ttl === undefined ? undefined : `public, max-age=${Math.floor(ttl / 1000)}` }
}
