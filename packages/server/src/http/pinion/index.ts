import { Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Principal } from '../../domain/access/index.ts'
import type { Accounts, Keys } from '../../domain/accounts/index.ts'
import { requestsOfWaiting } from '../../domain/pins/index.ts'
import type { Uploads } from '../../domain/uploads/index.ts'
import { fault } from '../../kernel/faults.ts'
import type { Log } from '../../ports/log.ts'
import { byKey, bySession, demandBodyLimit, faultOf, openToAllOrigins, incomingOf, type Call, type EdgeEnv } from '../edge.ts'
import { faultHeaders } from '../fault-headers.ts'
import type { Limits } from '../limits/limits.ts'
import { pinStatus } from '../psa/pin-status.ts'
import { profileOf, receiveBody } from '../upload-body.ts'

export interface PinionUploadParts {
  accounts: Accounts
  keys: Keys
  limits: Limits
  uploads: Uploads
  delegates(): string[]
  maxBody: number
  log: Log
}

export { pinionApiGateway, pinionVisits, pinionWebGateway, type PinionGatewayParts } from './gateway.ts'

/** Pinion's upload service for programs: Bearer keys. */
export function pinionApiUploads(parts: PinionUploadParts): Hono<EdgeEnv> {
  return new Hono<EdgeEnv>({ strict: false }).use(openToAllOrigins).route('/', uploadRoutes((call) => byKey(parts, call), parts))
}

/** Pinion's upload service for browsers: the session. */
export function pinionWebUploads(parts: PinionUploadParts): Hono<EdgeEnv> {
  return uploadRoutes((call) => bySession(parts, call), parts)
}

function uploadRoutes(principalOf: (call: Call) => Promise<Principal>, parts: PinionUploadParts): Hono<EdgeEnv> {
  const { uploads, delegates, maxBody, log } = parts
  const routes = new Hono<EdgeEnv>({ strict: false })

  routes.post('/', async (call) => {
    const principal = await principalOf(call)
    demandBodyLimit(call, maxBody)
    const wish = { name: call.req.query('name') || undefined, profile: profileOf(call), ...incomingOf(call) }
    const { upload, pins } = await receiveBody(uploads, principal, call, wish)
    const statuses = (pins.length > 0 ? pins : requestsOfWaiting(upload)).map((request) => uploaded(pinStatus(request, delegates())))
    return call.json(statuses.length === 1 ? statuses[0] : statuses)
  })
  routes.all('*', (call) => {
    throw fault('METHOD_NOT_ALLOWED', { method: call.req.method, allow: 'POST' })
  })
  routes.onError((error, call) => {
    const found = faultOf(error, log, call)
    return call.json({ error: found.code, message: found.message }, found.status as ContentfulStatusCode, faultHeaders(found))
  })
  return routes
}

/** Pinion knows an upload as `pinning` until it is `pinned`: some of it is here, whatever it waits for. */
function uploaded(status: ReturnType<typeof pinStatus>) {
  return status.status === 'queued' ? { ...status, status: 'pinning' } : status
}
