import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import type { Component } from '@multiformats/multiaddr'
import { isIP, isIPv6 } from 'node:net'
import { isPrivate } from './private-ip.ts'

/** An address that can be dialled: a host and a TCP port where a peer of this id should answer. */
export interface Origin {
  /** As the request spelt it. */
  address: string
  peerId: string
  /** An IP address or a DNS name. */
  host: string
  /** Which addresses of a DNS name count. */
  family: 0 | 4 | 6
  port: number
}

/** An address where blocks are served over HTTP by the trustless gateway specification. */
export interface GatewayOrigin {
  /** As the request spelt it. */
  address: string
  /** `http://host:port` or `https://…`, without a slash at its end. */
  url: string
}

export interface OriginRules {
  dialPrivate: boolean
  /** Characters of a multiaddr beyond which it is not looked at. */
  maxAddress?: number
}

interface Skipped {
  skipped: string
}

const families: Record<string, 0 | 4 | 6> = { ip4: 4, ip6: 6, dns: 0, dns4: 4, dns6: 6 }

const isName = /^[a-z0-9_.-]{1,253}$/i

/** What may stand between the host and `/p2p` of a gateway. */
const httpForms: Record<string, 'http' | 'https'> = { 'tcp/http': 'http', 'tcp/https': 'https', 'tcp/tls/http': 'https', http: 'http', https: 'https', 'tls/http': 'https' }

/**
 * What can be dialled of an address that somebody named, or in words why it cannot be. Never throws: whatever
 * transport, garbage or relay a client sends is one skipped row.
 */
export function parseAddress(address: string, { dialPrivate, maxAddress = 1024 }: OriginRules): Origin | GatewayOrigin | Skipped {
  if (address.length > maxAddress) return { skipped: 'the address is too long' }
  const parts = components(address)
  if (parts === undefined) return { skipped: 'not a multiaddr' }
  if (parts.some((part) => part.name === 'p2p-circuit')) return { skipped: 'relays are not used' }

  const peer = parts.at(-1)?.name === 'p2p' ? parts.at(-1) : undefined
  const [host, ...way] = peer === undefined ? parts : parts.slice(0, -1)
  const form = way.map(({ name }) => name).join('/')
  const scheme = httpForms[form]
  if (peer === undefined && scheme === undefined) return { skipped: 'does not end in /p2p/<peer id>' }
  if (host?.value === undefined || (isIP(host.value) === 0 && !isName.test(host.value))) return { skipped: 'names no host' }
  const family = families[host.name]
  if (family === undefined) return { skipped: `/${host.name} is not supported` }
  if (scheme === undefined && form !== 'tcp') return { skipped: `/${form} is not supported, only /tcp` }

  const port = portOf(way, scheme)
  const forbidden = whyNot(host.value, port, dialPrivate)
  if (forbidden !== undefined) return { skipped: forbidden }
  if (scheme !== undefined) return gatewayAt(address, scheme, host.value, port)
  const peerId = canonicalPeerId(peer?.value ?? '')
  if (peerId === undefined) return { skipped: 'its peer id is not valid' }
  return { address, peerId, host: host.value, family, port }
}

/** The same where only a peer will do. */
export function parseOrigin(address: string, rules: OriginRules): Origin | Skipped {
  const origin = parseAddress(address, rules)
  return 'url' in origin ? { skipped: 'an HTTP gateway is no peer' } : origin
}

/** A name is judged when it is looked up; see `guest/resolve.ts`. */
function whyNot(host: string, port: number, dialPrivate: boolean): string | undefined {
  if (port === 0) return 'port 0 cannot be dialled'
  if (dialPrivate) return undefined
  if (isIP(host) !== 0 && isPrivate(host)) return 'private addresses are not dialled'
  return isReserved(port) ? `port ${port} is not dialled: only 80, 443 and from 1024` : undefined
}

/** No peer needs them, and what listens there, mail for instance, is not to be knocked at through us. */
export function isReserved(port: number): boolean {
  return port < 1024 && port !== 80 && port !== 443
}

function portOf(way: readonly Component[], scheme: 'http' | 'https' | undefined): number {
  const tcp = way.find(({ name }) => name === 'tcp')
  if (tcp !== undefined) return Number(tcp.value)
  return scheme === 'https' ? 443 : 80
}

/** Text that a URL would read as another host, credentials or a path for instance, names none. */
function gatewayAt(address: string, scheme: string, host: string, port: number): GatewayOrigin | Skipped {
  const text = `${scheme}://${isIPv6(host) ? `[${host}]` : host}:${port}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (isIP(host) === 0 && url.hostname !== host.toLowerCase())) return { skipped: 'names no host' }
  return { address, url: url.origin }
}

function components(address: string): Component[] | undefined {
  try {
    return multiaddr(address).getComponents()
  } catch {
    return undefined
  }
}

/** The base58 form, so that one peer has one name. */
export function canonicalPeerId(text: string): string | undefined {
  try {
    return peerIdFromString(text).toString()
  } catch {
    return undefined
  }
}
