import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { demand, type Principal } from '../../domain/access/index.ts'
import type { Accounts, Keys } from '../../domain/accounts/index.ts'
import type { Allowances } from '../../domain/usage/index.ts'
import { fault } from '../../kernel/faults.ts'
import type { Log } from '../../ports/log.ts'
import { byKey, bySession, faultOf, openToAllOrigins, type Call, type EdgeEnv } from '../edge.ts'
import { faultHeaders } from '../fault-headers.ts'
import type { Mount, ServeGateway } from '../gateway/index.ts'
import type { Limits } from '../limits/limits.ts'

export interface PinionGatewayParts {
  accounts: Accounts
  keys: Keys
  limits: Limits
  gateway: ServeGateway
  allowances: Pick<Allowances, 'demandBandwidth'>
  log: Log
}

/** Pinion's gateway for programs: Bearer keys. `prefix`: the path that it is mounted at. */
export function pinionApiGateway(parts: PinionGatewayParts, prefix: string): Hono<EdgeEnv> {
  return new Hono<EdgeEnv>({ strict: false }).use(openToAllOrigins).route('/', reading(parts, async (call) => ({ prefix, account: await readerOf(parts, await byKey(parts, call)) })))
}

/** Pinion's gateway for browsers: the session. */
export function pinionWebGateway(parts: PinionGatewayParts, prefix: string): Hono<EdgeEnv> {
  return reading(parts, async (call) => ({ prefix, account: await readerOf(parts, await bySession(parts, call)) }))
}

/** `{cid}[/path]`: pins what waits for its first reader, counts the visit and leads to the public gateway. */
export function pinionVisits(parts: PinionGatewayParts, prefix: string): Hono<EdgeEnv> {
  return reading(parts, async () => ({ prefix, leads: true }))
}

async function readerOf({ allowances }: PinionGatewayParts, principal: Principal): Promise<string> {
  demand(principal, 'gateway')
  await allowances.demandBandwidth(principal.account)
  return principal.account.id
}

function reading({ gateway, log }: PinionGatewayParts, mountOf: (call: Call) => Promise<Mount>): Hono<EdgeEnv> {
  const routes = new Hono<EdgeEnv>({ strict: false })
  routes.all('*', async (call) => {
    const { incoming, outgoing } = call.env
    // Content says for itself what may be in it; a browser would not even play a film.
    outgoing.removeHeader('content-security-policy')
    if (!gateway(incoming, outgoing, await mountOf(call))) throw fault('NOT_FOUND', { what: 'such address' })
    return RESPONSE_ALREADY_SENT
  })
  routes.onError((error, call) => {
    const found = faultOf(error, log, call)
    if (/\btext\/html\b/i.test(call.req.header('accept') ?? '')) {
      gateway.refuse(call.env.incoming, call.env.outgoing, found)
      return RESPONSE_ALREADY_SENT
    }
    return call.json({ error: found.code, message: found.message }, found.status as ContentfulStatusCode, faultHeaders(found))
  })
  return routes
}
