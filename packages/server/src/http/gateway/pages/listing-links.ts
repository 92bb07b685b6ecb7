import { encodePath } from '../content-path.ts'
import { escapeHtml } from './html.ts'
import type { Target } from '../target.ts'

/** The content path, each part of it a link to what it names. */
export function breadcrumbs(target: Target): string {
  const { address, names } = target
  const crumbs = [address.id, ...names].map((name, depth) => `<a href="${sharedPath(target, names.slice(0, depth))}">${escapeHtml(name)}</a>`)
  return `/${address.namespace}/${crumbs.join('/')}`
}

/**
 * An anchor's attributes for what a CID names by itself. A site on a domain of its own has no gateway beside it: there a page explains the
 * CID. The name is encoded twice, as Kubo does it and gateway-conformance wants it.
 */
export function toCid(target: Target, cid: string, name?: string): string {
  if (target.address.style === 'dnslink') return `href="https://cid.ipfs.tech/#${cid}" target="_blank" rel="noreferrer noopener"`
  return `href="${gatewayOf(target)}/ipfs/${cid}${name === undefined ? '' : `?filename=${encodeURIComponent(encodeURIComponent(name))}`}"`
}

/** Where all roots share an origin; from there each is led to its own. */
function sharedPath(target: Target, names: readonly string[]): string {
  const { address, request } = target
  if (address.style === 'dnslink') return `//${escapeHtml(request.host)}${encodePath(names) || '/'}`
  return `${gatewayOf(target)}/${address.namespace}/${encodeURIComponent(address.id)}${encodePath(names)}`
}

function gatewayOf({ address }: Target): string {
  return address.style === 'path' ? (address.mount ?? '') : `//${escapeHtml(address.parent ?? '')}`
}

/** Where people tell the operator of what should not be here; empty where the page's host has no such page. */
export function reportLink({ address, request }: Pick<Target, 'address' | 'request'>): string {
  const { style, home, parent } = address
  if (home === undefined && style === 'dnslink') return ''
  const host = home ?? (style === 'subdomain' ? `//${parent ?? ''}` : '')
  const path = address.style === 'path' ? request.path : `/${address.namespace}/${address.id}${request.path}`
  return `<a href="${escapeHtml(host)}/abuse?path=${encodeURIComponent(path)}" rel="nofollow">Report abuse</a>`
}
