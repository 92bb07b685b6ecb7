import { isIP } from 'node:net'
import type { Env } from './env.ts'
import { integer, list, refuse } from './values.ts'

/** Names of IPNS, and domains. */
export interface Names {
  /** By domain: the content path that counts instead of what the domain name system says. */
  dnslinks: ReadonlyMap<string, string>
  /** Whom to ask for the rest: these addresses, or where there are none, those that the system uses; undefined: nobody. */
  dns?: { servers: string[] }
  /** Names of which records are kept; 0: none are taken from others. */
  maxNames: number
  /** Of them, those from one address; 0: any number. */
  maxPerClient: number
  /** Records a minute from one address; 0: any number. */
  rate: number
}

export function names(env: Env): Names {
  return {
    dnslinks: dnslinks(env),
    dns: dns(env),
    maxNames: integer(env, 'THOLE_MAX_NAMES', 0),
    maxPerClient: integer(env, 'THOLE_MAX_NAMES_PER_ADDRESS', 0),
    rate: integer(env, 'THOLE_NAME_RATE', 0, 1e9),
  }
}

/** A site takes all of a host, so it is never a host that something else has. */
export function dnslinkHosts(env: Env): string[] {
  const hosts = list(env.THOLE_DNSLINK_HOSTS).map((host) => host.toLowerCase())
  const odd = hosts.find((host) => !/^(\*\.)?[a-z\d_-]+(\.[a-z\d_-]+)+$/.test(host))
  if (odd !== undefined) throw refuse('THOLE_DNSLINK_HOSTS', `must be domains such as example.org or *.example.org, without port; ${odd} is not one`)
  const own = [...list(env.THOLE_GATEWAY_HOSTS), URL.canParse(env.THOLE_PUBLIC_URL) ? new URL(env.THOLE_PUBLIC_URL).hostname : ''].map((host) => host.toLowerCase())
  const taken = own.find((host) => hosts.some((site) => (site.startsWith('*.') ? host.endsWith(site.slice(1)) : host === site)))
  if (taken !== undefined) throw refuse('THOLE_DNSLINK_HOSTS', `has ${taken}, which is a host of this server itself: a site there would be in its place`)
  return hosts
}

function dnslinks(env: Env): Map<string, string> {
  const links = new Map<string, string>()
  for (const item of list(env.THOLE_DNSLINKS)) {
    const [, domain, path] = /^([^:/]+):(\/ip[fn]s\/.+)$/.exec(item) ?? []
    if (domain === undefined || path === undefined) throw refuse('THOLE_DNSLINKS', `must be domain:/ipfs/… or domain:/ipns/…, separated by commas; ${item.slice(0, 100)} is not`)
    links.set(domain.toLowerCase(), path)
  }
  return links
}

function dns(env: Env): Names['dns'] {
  const text = env.THOLE_DNS || (env.THOLE_NETWORK === 'public' ? 'system' : 'none')
  if (text === 'none') return undefined
  if (text === 'system') return { servers: [] }
  const servers = list(text)
  const odd = servers.find((server) => isIP(server.replace(/^\[(.+)\](:\d+)?$/, '$1')) === 0 && isIP(server.replace(/:\d+$/, '')) !== 4)
  if (odd !== undefined) throw refuse('THOLE_DNS', `must be none, system, or addresses of servers such as 192.0.2.1 or [2001:db8::1]:53; ${odd} is not one`)
  return { servers }
}
