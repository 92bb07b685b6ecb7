import { findTargetHandler, isMiddleware } from 'hono/utils/handler'
import type { App } from '../../packages/server/src/app/open.ts'

/** One method at one path of one door, as a recipe knows it and as a client asks for it. */
export interface Way {
  /** Which dialect answers: those that have the same routes share their recipes. */
  door: string
  /** What stands before `path` from outside. */
  prefix: string
  /** ALL: whatever no other way takes. */
  method: string
  path: string
}

/** Where the router has its doors, and where clients find them. At the root of all come those that have a key. */
const doors: readonly (readonly [inside: string, door: string, prefix: string])[] = [
  ['/ both/ web3', 'web3', ''],
  ['/ both/ nft', 'nft', ''],
  ['/ web3', 'web3', '/web3'],
  ['/ nft', 'nft', '/nft'],
  ['/psa', 'psa', '/psa'],
  ['/api/pinning', 'psa', '/api/pinning'],
  ['/pinning/api/v1', 'psa', '/pinning/api/v1'],
  ['/api/v1', 'api', '/api/v1'],
  ['', 'root', ''],
]

/** The gateway has no router: hosts and paths belong to it before all others. */
const gatewayWays: readonly Way[] = ['/ipfs/*', '/ipns/*'].map((path) => ({ door: 'gateway', prefix: '', method: 'GET', path }))

/** Every way of a server, once. */
export function waysOf(routes: App['routes']): Way[] {
  const handlers = routes.filter(({ handler }) => !isMiddleware(findTargetHandler(handler)))
  const ways = [...handlers.map(({ method, path }) => wayOf(method, path)), ...gatewayWays]
  return [...new Map(ways.map((way) => [`${way.prefix} ${nameOf(way)}`, way])).values()]
}

/** How recipes are found. */
export function nameOf({ door, method, path }: Way): string {
  return `${door} ${method} ${path}`
}

export function shown({ prefix, method, path, door }: Way): string {
  return `${method} ${prefix}${path} (${door})`
}

function wayOf(method: string, whole: string): Way {
  const [inside, door, prefix] = doors.find(([start]) => whole === start || whole.startsWith(`${start}/`) || start === '')!
  const path = whole.slice(inside.length) || '/'
  // The pinning API is what it is wherever a dialect has it.
  const pins = door === 'web3' || door === 'nft' ? /^(\/user)?(\/pins(?:\/.*)?)$/.exec(path) : null
  return pins ? { door: 'psa', prefix: prefix + (pins[1] ?? ''), method, path: pins[2]! } : { door, prefix, method, path }
}
