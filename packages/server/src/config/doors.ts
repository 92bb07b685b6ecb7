import type { Env } from './env.ts'
import { list, refuse } from './values.ts'

const dialects = ['web3', 'nft'] as const
type Dialect = (typeof dialects)[number]

/** Where a dialect is found. */
export interface DoorPlaces {
  /** Without a slash at the end. */
  paths: string[]
  /** Names without port, in lower case. */
  hosts: string[]
  /** At the root of every host that is nobody else's. */
  root: boolean
}

export type Doors = Record<Dialect, DoorPlaces>

/** `web3=/web3/,api.example.org;nft=root`: places beside those that a dialect has by itself. */
export function doors(env: Env): Doors {
  const found: Doors = { web3: ownPlaces('web3'), nft: ownPlaces('nft') }
  for (const item of env.THOLE_DOORS.split(';').map((text) => text.trim()).filter((text) => text !== '')) {
    const [name, places = ''] = item.split(/\s*=\s*/, 2)
    const dialect = dialects.find((one) => one === name)
    if (dialect === undefined || places === '') throw refuse('THOLE_DOORS', `must be like web3=/web3/,api.example.org;nft=root, with the dialects ${dialects.join(' and ')}; "${item}" is not`)
    for (const place of list(places)) add(found[dialect], place)
  }
  demandDistinct(env, found)
  return found
}

function ownPlaces(dialect: Dialect): DoorPlaces {
  return { paths: [`/${dialect}`], hosts: [`${dialect}.localhost`], root: false }
}

function add(places: DoorPlaces, place: string): void {
  const host = place.toLowerCase()
  if (host === 'root' || place === '/') places.root = true
  else if (/^(\/[\w.~-]+)+\/?$/.test(place)) places.paths.push(place.replace(/\/$/, ''))
  else if (/^[a-z\d_-]+(\.[a-z\d_-]+)*$/.test(host)) places.hosts.push(host)
  else throw refuse('THOLE_DOORS', `has "${place}", which is no path (/web3/), no host name without port (api.example.org), and not the word root`)
}

/** Paths that something else has, and hosts that are the gateway's, are nobody's to give. */
function demandDistinct(env: Env, { web3, nft }: Doors): void {
  const twice = [...web3.paths, ...web3.hosts].find((place) => nft.paths.includes(place) || nft.hosts.includes(place))
  if (twice !== undefined) throw refuse('THOLE_DOORS', `gives ${twice} to two dialects; both can share only the root`)
  const path = [...web3.paths, ...nft.paths].find((place) => /^\/(api|psa|pinning|upload|gateway|routing|ipfs|ipns|abuse|assets|healthz|readyz|metrics)(\/|$)/.test(place))
  if (path !== undefined) throw refuse('THOLE_DOORS', `has ${path}/, which this server needs for something else`)
  const content = [...list(env.THOLE_GATEWAY_HOSTS), ...list(env.THOLE_UNSANDBOXED_HOSTS), ...list(env.THOLE_DNSLINK_HOSTS)].map((host) => host.toLowerCase())
  const host = [...web3.hosts, ...nft.hosts].find((name) => content.includes(name))
  if (host !== undefined) throw refuse('THOLE_DOORS', `has ${host}, which is a host of the gateway`)
}
