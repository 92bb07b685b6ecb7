import type { Reply } from '../reply.ts'
import type { Address } from './address.ts'
import { dnsLabel, inlineDomain, maxLabel } from './dns-label.ts'
import type { GatewayRequest } from './request.ts'
import type { Root } from './root.ts'
import { redirect, textReply } from './text-reply.ts'

/**
 * Where the host gives each root an origin of its own, a root is served only there, under one spelling; on other hosts a key has one
 * spelling. undefined: this address is it already.
 */
export function moveToOwnOrigin(request: GatewayRequest, address: Address, root: Root): Reply | undefined {
  const { parent, style, namespace, id, rest, mount = '' } = address
  const query = request.query === '' ? '' : `?${request.query}`
  if (style === 'dnslink') return undefined
  if (parent === undefined) {
    if (root.kind !== 'key' || root.key.text === id) return undefined
    return redirect(`${mount}/ipns/${root.key.text}${rest}${query}`, {}, 302)
  }
  // A domain may be written out: where there is no TLS nothing is wrong with it.
  if (style === 'subdomain' && root.kind === 'domain') return undefined
  const label = labelOf(root)
  if (label === undefined) {
    const what = root.kind === 'domain' ? 'DNSLink name' : 'CID'
    return textReply(400, `${what} incompatible with DNS label length limit of 63`)
  }
  if (style === 'subdomain' && label === id.toLowerCase()) return undefined
  return redirect(`${request.secure ? 'https' : 'http'}://${label}.${namespace}.${parent}${rest === '' ? '/' : rest}${query}`)
}

function labelOf(root: Root): string | undefined {
  if (root.kind === 'content') return dnsLabel(root.cid)
  if (root.kind === 'domain') return inlineDomain(root.domain)
  return root.key.text.length <= maxLabel ? root.key.text : undefined
}
