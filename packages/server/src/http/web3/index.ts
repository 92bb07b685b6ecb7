import { Hono } from 'hono'
import { fault } from '../../kernel/faults.ts'
import type { Log } from '../../ports/log.ts'
import { byKey, faultOf, openToAllOrigins, type EdgeEnv } from '../edge.ts'
import { classicWords, pinRoutes, type PsaParts } from '../psa/index.ts'
import { accountRoutes, type AccountParts } from './account.ts'
import { carRoutes, type CarParts } from './car.ts'
import { failure } from './failure.ts'
import { listRoutes, type ListParts } from './list.ts'
import { nameRoutes, type NameParts } from './names.ts'
import { sendRoutes, type SendParts } from './send.ts'
import { statusRoutes, type StatusParts } from './status.ts'

export interface Web3Parts extends PsaParts, AccountParts, CarParts, ListParts, NameParts, SendParts, StatusParts {
  version: string
  log: Log
}

const allowed = {
  '/version': 'GET',
  '/status/:cid': 'GET',
  '/car': 'POST',
  '/car/:cid': 'GET, HEAD',
  '/name/:key': 'GET, POST',
  '/upload': 'POST',
  '/user/uploads': 'GET',
  '/user/uploads/:cid': 'GET, DELETE',
  '/user/uploads/:cid/rename': 'POST',
  '/user/account': 'GET',
  '/user/tokens': 'GET, POST',
  '/user/tokens/:id': 'DELETE',
  '/user/request': 'POST',
}

/** The HTTP API that web3.storage had until 2024, for its clients. */
export function web3(parts: Web3Parts): Hono<EdgeEnv> {
  const routes = new Hono<EdgeEnv>({ strict: false })
  routes.route('/pins', pinRoutes(parts, classicWords))
  routes.route('/user/pins', pinRoutes(parts, classicWords))
  routes.use(openToAllOrigins)
  routes.get('/version', (call) => call.json({ version: parts.version, mode: 'rw' }))
  statusRoutes(routes, parts)
  carRoutes(routes, parts)
  nameRoutes(routes, parts)

  routes.use(async (call, next) => {
    call.set('principal', await byKey(parts, call))
    await next()
  })
  sendRoutes(routes, parts)
  listRoutes(routes, parts)
  accountRoutes(routes, parts)
  for (const [path, allow] of Object.entries(allowed)) {
    routes.all(path, (call) => {
      throw fault('METHOD_NOT_ALLOWED', { method: call.req.method, allow })
    })
  }
  routes.all('*', () => {
    throw fault('NOT_FOUND', { what: 'such endpoint' })
  })
  routes.onError((error, call) => failure(call, faultOf(error, parts.log, call)))
  return routes
}
