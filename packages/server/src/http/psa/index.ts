import { Hono } from 'hono'
import { fault } from '../../kernel/faults.ts'
import { byKey, faultOf, openToAllOrigins, type EdgeEnv } from '../edge.ts'
import { failure } from './failure.ts'
import { pinRoutes, type PsaParts } from './pins.ts'

export { classicWords } from './failure.ts'
export { pinRoutes, type PsaParts }

/** IPFS Pinning Service API v1.0.0. */
export function psa(parts: PsaParts): Hono<EdgeEnv> {
  const routes = new Hono<EdgeEnv>({ strict: false })
  routes.route('/pins', pinRoutes(parts))
  routes.use(openToAllOrigins)
  routes.all('*', async (call) => {
    await byKey(parts, call)
    throw fault('NOT_FOUND', { what: 'such endpoint; the pinning API has /pins and /pins/{requestid}' })
  })
  routes.onError((error, call) => failure(call, faultOf(error, parts.log, call)))
  return routes
}
