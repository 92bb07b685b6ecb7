import type { IncomingHttpHeaders } from 'node:http'
import { parseCid } from '@thole/dag'
import { splitHost } from './gateway/address.ts'

/** Where a dialect is found: below paths, at hosts of its own, at the root of all others. */
export interface DoorPlaces {
  /** Without a slash at the end. */
  paths: readonly string[]
  /** Names without port, in lower case. */
  hosts: readonly string[]
  root: boolean
}

export type Dialect = 'web3' | 'nft'
export type Doors = Readonly<Record<Dialect, DoorPlaces>>

export interface DoorRequest {
  method: string
  /** As in the Host header, port included. */
  host: string
  path: string
  /** Whether it shows a key, or asks whether it may. */
  hasKey: boolean
}

/** What stands before the paths of a dialect inside: no URL has it, so that nobody gets there but through a door. */
export const inside = { web3: '/ web3', nft: '/ nft', /** Before one of the others, where clients of both come to one root. */ union: '/ both' } as const

/** Turns the path of a request into that of the dialect which is asked; undefined: no door of these. */
export function openDoors({ web3, nft }: Doors): (request: DoorRequest) => string | undefined {
  const places = [['web3', web3], ['nft', nft]] as const
  const byHost = new Map(places.flatMap(([dialect, { hosts }]) => hosts.map((host) => [host, dialect] as const)))
  const byPath = places.flatMap(([dialect, { paths }]) => paths.map((path) => ({ path, dialect })))

  return (request) => {
    const { host, path } = request
    const dialect = byHost.get(splitHost(host).name.toLowerCase())
    if (dialect !== undefined) return joined(inside[dialect], path)
    const below = byPath.find((place) => path === place.path || path.startsWith(`${place.path}/`))
    if (below !== undefined) return joined(inside[below.dialect], path.slice(below.path.length))
    const union = web3.root && nft.root ? inside.union : ''
    if (nft.root && isNft(request)) return joined(union + inside.nft, path)
    return web3.root && isWeb3(path) ? joined(union + inside.web3, path) : undefined
  }
}

/** Routes have no slash at their end. */
function joined(start: string, path: string): string {
  return path === '/' ? start : start + path
}

/** At the root there are the dashboard and all other doors too, whose paths are others. */
function isWeb3(path: string): boolean {
  return /^\/(upload|version)$|^\/(car|status|user|pins|name)(\/|$)/.test(path)
}

/** The list of uploads is at `/`, where a browser comes for the dashboard: it shows no key. */
function isNft({ path, hasKey }: DoorRequest): boolean {
  if (path === '/') return hasKey
  if (/^\/(upload|store)$|^\/(check|pins|metaplex)(\/|$)/.test(path)) return true
  const last = /^\/(?:upload\/)?([^/]+)$/.exec(path)?.[1]
  return last !== undefined && isCid(last)
}

function isCid(text: string): boolean {
  try {
    parseCid(text)
    return true
  } catch {
    return false
  }
}

export function hasKey({ authorization, 'access-control-request-headers': asked = '' }: IncomingHttpHeaders): boolean {
  return authorization !== undefined || /\bauthorization\b/i.test(String(asked))
}
