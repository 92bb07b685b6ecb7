import { Hono } from 'hono'
import type { Keys } from '../../domain/accounts/index.ts'
import type { Pins } from '../../domain/pins/index.ts'
import { fault } from '../../kernel/faults.ts'
import type { Log } from '../../ports/log.ts'
import { byKey, faultOf, openToAllOrigins, type Call, type EdgeEnv } from '../edge.ts'
import { jsonBody } from '../json-body.ts'
import type { Limits } from '../limits/limits.ts'
import { readListQuery } from './list-query.ts'
import { readPin } from './read-pin.ts'
import { pinStatus } from './pin-status.ts'
import { failure, type FailureWords } from './failure.ts'

export interface PsaParts {
  keys: Keys
  limits: Limits
  pins: Pins
  /** Where peers can dial us. */
  delegates(): string[]
  log: Log
}

/** What the pinning API has at `/pins`, for any dialect that has it there too, in the words of that dialect where it has some. */
export function pinRoutes({ keys, limits, pins, delegates, log }: PsaParts, words?: FailureWords): Hono<EdgeEnv> {
  const routes = new Hono<EdgeEnv>({ strict: false })

  routes.use(openToAllOrigins)
  routes.use(async (call, next) => {
    call.set('principal', await byKey({ keys, limits }, call))
    await next()
  })
  routes.get('/', async (call) => {
    const { filter, limit } = readListQuery(new URL(call.req.url).searchParams)
    const { count, pins: found } = await pins.list(call.var.principal, filter, limit)
    return call.json({ count, results: found.map((request) => pinStatus(request, delegates())) })
  })
  routes.post('/', async (call) => {
    const request = await pins.add(call.var.principal, readPin(await jsonBody(call)))
    return call.json(pinStatus(request, delegates()), 202)
  })
  routes.get('/:requestid', async (call) => {
    const request = await pins.get(call.var.principal, id(call))
    return call.json(pinStatus(request, delegates()))
  })
  routes.post('/:requestid', async (call) => {
    const request = await pins.replace(call.var.principal, id(call), readPin(await jsonBody(call)))
    return call.json(pinStatus(request, delegates()), 202)
  })
  routes.delete('/:requestid', async (call) => {
    await pins.remove(call.var.principal, id(call))
    return call.body(null, 202)
  })
  routes.all('/', (call) => notAllowed(call, 'GET, POST'))
  routes.all('/:requestid', (call) => notAllowed(call, 'GET, POST, DELETE'))
  routes.all('*', () => {
    throw fault('NOT_FOUND', { what: 'such endpoint; the pinning API has /pins and /pins/{requestid}' })
  })
  routes.onError((error, call) => failure(call, faultOf(error, log, call), words))
  return routes
}

/** Ids are UUIDs; whatever else is asked for is nobody's, and not for the database (PostgreSQL knows no NUL). */
function id(call: Call): string {
  const text = call.req.param('requestid') ?? ''
  if (!/^[\da-f-]{36}$/.test(text)) throw fault('NOT_FOUND', { what: 'pin request of that id' })
  return text
}

function notAllowed(call: Call, allow: string): never {
  throw fault('METHOD_NOT_ALLOWED', { method: call.req.method, allow })
}
