import { createServer, type Server } from 'node:http'
import { BlockList } from 'node:net'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import type { RouterRoute } from 'hono/types'
import type { Tokens } from '../ports/tokens.ts'
import { api, type ApiParts } from './api/index.ts'
import { hasKey, inside, openDoors, type Doors } from './doors.ts'
import type { EdgeEnv } from './edge.ts'
import { abuse, type AbuseParts, type ServeGateway } from './gateway/index.ts'
import { nft, type NftParts } from './nft/index.ts'
import type { Drain } from './drain.ts'
import { MeteredResponse } from './metered-response.ts'
import { hasOneHost } from './one-host.ts'
import { ops, type OpsParts } from './ops/index.ts'
import { pinionApiGateway, pinionApiUploads, pinionVisits, pinionWebGateway, pinionWebUploads, type PinionGatewayParts } from './pinion/index.ts'
import { psa } from './psa/index.ts'
import { routing, type RoutingParts } from './routing/index.ts'
import { safeHeaders } from './safe-headers.ts'
import { doorOfPath } from './door-names.ts'
import { currentRequest, type Requests } from './requests.ts'
import { readTarget } from './target.ts'
import { answerTunnels } from './tunnel.ts'
import { union } from './union.ts'
import { web3, type Web3Parts } from './web3/index.ts'
import { wellKnown } from './well-known.ts'

export interface HttpParts extends ApiParts, AbuseParts, RoutingParts, Web3Parts, NftParts, OpsParts {
  /** Where the dialects are that may be anywhere. */
  doors: Doors
  /** Whose `X-Forwarded-Host` is believed. Default: nobody's. */
  proxies?: BlockList
  /** Seconds that browsers are to come by https alone; default 0: not said. */
  hsts?: number
  delegates(): string[]
  tokens: Pick<Tokens, 'publicKeys'>
  dashboard: Hono<EdgeEnv>
  /** Answers what belongs to the gateway; false: not its business. */
  gateway: ServeGateway
  requests: Requests
  allowances: PinionGatewayParts['allowances']
  drain: Drain
}

const nobody = new BlockList()

/** Milliseconds without a byte either way: a client that vanished keeps nothing that it sent from being reclaimed. */
const idleMs = 300_000

export interface HttpServer extends Server {
  /** What its router knows, the ways of all doors but the gateway's; middleware too. */
  readonly routes: readonly RouterRoute[]
}

/** Every door, on one port. The gateway comes first: its host names and paths belong to nobody else. */
export function createHttpServer(parts: HttpParts): HttpServer {
  const doorOf = openDoors(parts.doors)
  const getPath = (request: Request, { env }: { env?: HttpBindings } = {}): string => {
    const path = plainPath(request)
    if (env === undefined) return path
    const { host } = readTarget(env.incoming, parts.proxies ?? nobody)
    const inside = doorOf({ method: request.method, host, path, hasKey: hasKey(env.incoming.headers) }) ?? path
    const underway = currentRequest()
    if (underway) underway.door = doorOfPath(inside)
    return inside
  }
  const app = new Hono<EdgeEnv>({ getPath })
  const classic = [web3(parts), nft(parts)] as const
  app.route(inside.web3, classic[0])
  app.route(inside.nft, classic[1])
  app.route(inside.union, union(...classic))
  for (const mount of ['/psa', '/api/pinning', '/pinning/api/v1']) app.route(mount, psa(parts))
  app.route('/upload/api/v1', pinionApiUploads(parts))
  app.route('/upload/web', pinionWebUploads(parts))
  const readers = { '/gateway/api/v1': pinionApiGateway, '/gateway/web': pinionWebGateway, '/api/gateway': pinionVisits }
  for (const [mount, door] of Object.entries(readers)) app.route(mount, door(parts, mount))
  app.route('/api/v1', api(parts))
  app.route('/routing/v1', routing(parts))
  app.route('/abuse', abuse(parts))
  app.route('/.well-known', wellKnown(parts))
  app.route('/', ops(parts))
  app.route('/', parts.dashboard)

  const setSafeHeaders = safeHeaders(parts)
  const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false })
  const server = createServer({ ServerResponse: MeteredResponse, requestTimeout: 0, headersTimeout: 30_000, keepAliveTimeout: 65_000 }, (incoming, outgoing) => {
    parts.requests.run(incoming, outgoing, (request) => {
      if (!hasOneHost(incoming, outgoing) || parts.drain.refuses(request)) return
      if (parts.gateway(incoming, outgoing)) return void (request.door = 'gateway')
      setSafeHeaders(outgoing)
      void answer(incoming, outgoing)
    })
  })
  answerTunnels(server, parts.gateway.isOwn)
  return Object.assign(server.setTimeout(idleMs), { routes: app.routes })
}

/** Clients join base and path carelessly: `//pins` is `/pins`. */
function plainPath(request: Request): string {
  const path = new URL(request.url).pathname.replace(/\/{2,}/g, '/')
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}
