import type { Urls } from '../api/instance.ts'

export interface Links {
  gateway: string
  /** Absent where the CID does not fit a host name, or the server has no such gateway for this browser. */
  subdomain?: string
  uri: string
  /** The better one to open: a site gets an origin of its own on a subdomain. */
  open: string
}

// RFC 1035 §2.3.4: a label has at most 63 octets; and host names ignore case, so base58 does not fit.
const label = /^[bk][0-9a-z]{1,62}$/

/** Every address of a CID. `hostname` is that of the page: `*.localhost` leads nowhere from another machine. */
export function linksOf(cid: string, urls: Urls, hostname = location.hostname): Links {
  const gateway = `${urls.gateway.replace(/\/+$/, '')}/ipfs/${cid}`
  const template = urls.subdomainGateway
  const fits = template !== undefined && label.test(cid) && (isLoopback(hostname) || !/\.localhost(:|\/|$)/.test(template))
  const subdomain = fits ? template.replace('{cid}', cid) : undefined
  return { gateway, subdomain, uri: `ipfs://${cid}`, open: subdomain ?? gateway }
}

/** Enough of both ends to recognise it. */
export function shortCid(cid: string): string {
  return cid.length <= 20 ? cid : `${cid.slice(0, 10)}…${cid.slice(-6)}`
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || hostname.startsWith('127.')
}
