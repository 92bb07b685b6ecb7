import { Hono } from 'hono'
import { cors } from 'hono/cors'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Log } from '../../ports/log.ts'
import { faultOf, type EdgeEnv } from '../edge.ts'
import { faultHeaders } from '../fault-headers.ts'
import { nameRoutes, type NameRouteParts } from './names.ts'
import { recordRoutes, type RecordRouteParts } from './records.ts'

export interface RoutingParts extends NameRouteParts, RecordRouteParts {
  log: Log
}

/** Routing V1 (https://specs.ipfs.tech/routing/http-routing-v1/): names for everybody, and who has what of this server alone. */
export function routing(parts: RoutingParts): Hono<EdgeEnv> {
  const { log } = parts
  const routes = new Hono<EdgeEnv>({ strict: false })
  routes.use(open)
  routes.route('/ipns', nameRoutes(parts))
  routes.route('/', recordRoutes(parts))
  routes.all('/dht/*', (call) => call.text('The DHT is not asked for others here.\n', 501))
  // "must be returned if an unknown path is requested"
  routes.all('*', (call) => call.text('There is no such endpoint; this server has /providers, /peers and /ipns.\n', 400))
  routes.onError((error, call) => {
    const found = faultOf(error, log, call)
    return call.text(`${found.message}\n`, found.status as ContentfulStatusCode, faultHeaders(found))
  })
  return routes
}

const open = cors({ origin: '*', allowMethods: ['GET', 'PUT', 'OPTIONS'], allowHeaders: ['Content-Type', 'Accept'], exposeHeaders: ['Retry-After'], maxAge: 86_400 })
