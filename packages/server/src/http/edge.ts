import type { HttpBindings } from '@hono/node-server'
import type { Context, MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import type { Principal } from '../domain/access/index.ts'
import type { Accounts, Keys } from '../domain/accounts/index.ts'
import { Fault, fault, toFault } from '../kernel/faults.ts'
import type { Log } from '../ports/log.ts'
import { readBody, type BodyOptions } from './body.ts'
import type { Limits } from './limits/limits.ts'
import { noteRequest } from './requests.ts'

/** What every dialect's handlers see of a call. */
export interface EdgeEnv {
  Bindings: HttpBindings
  Variables: { principal: Principal }
}

export type Call = Context<EdgeEnv>

/** `Authorization: Bearer <key>` → principal. Faults UNAUTHENTICATED, ACCOUNT_SUSPENDED, RATE_LIMITED. */
export async function byKey({ keys, limits }: { keys: Keys; limits: Limits }, call: Call): Promise<Principal> {
  const token = tokenOf(call)
  limits.admit(call, token)
  try {
    const principal = await keys.authenticate(token)
    noteRequest({ account: principal.account.id })
    await limits.spend(call, principal, token)
    return principal
  } catch (error) {
    if (error instanceof Fault && error.code === 'UNAUTHENTICATED') limits.wrong(call)
    throw error
  }
}

function tokenOf(call: Call): string {
  const header = call.req.header('authorization')
  if (!header) throw fault('UNAUTHENTICATED', { reason: 'the Authorization header is missing' })
  const token = /^bearer +(\S+) *$/i.exec(header)?.[1]
  if (!token) throw fault('UNAUTHENTICATED', { reason: 'the Authorization header must be "Bearer <key>"' })
  return token
}

/** Who a call that goes on is by now: it is no new request. Faults as `byKey` and `bySession`. */
export function whoNow({ accounts, keys }: { accounts: Accounts; keys: Keys }, call: Call): Promise<Principal> {
  return call.req.header('authorization') ? keys.authenticate(tokenOf(call)) : accounts.bySession(call.req.raw.headers)
}

/**
 * The session cookie → principal. A request that changes something must come from a page of this very origin: a page of the gateway
 * on another host name is same-site, yet a stranger.
 */
export async function bySession({ accounts, limits }: { accounts: Accounts; limits: Limits }, call: Call): Promise<Principal> {
  demandSameOrigin(call)
  const principal = await accounts.bySession(call.req.raw.headers)
  noteRequest({ account: principal.account.id })
  await limits.spend(call, principal)
  return principal
}

export function demandSameOrigin(call: Call): void {
  if (call.req.method === 'GET' || call.req.method === 'HEAD') return
  const site = call.req.header('sec-fetch-site')
  if (site === 'same-origin') return
  const origin = call.req.header('origin')
  if (site === undefined && origin !== undefined && URL.canParse(origin) && new URL(origin).host === call.req.header('host')) return
  throw fault('UNAUTHENTICATED', { reason: 'a session works only from the pages of this server; programs use a key' })
}

/** Set by the edge alone; what a client sends under this name is overwritten. */
export const remoteAddressHeader = 'thole-remote-address'

/** The headers of a request with the address that it came from. */
export function headersWithAddress(limits: Limits, call: Call): Headers {
  const headers = new Headers(call.req.raw.headers)
  headers.set(remoteAddressHeader, limits.addressOf(call))
  return headers
}

/** A signal that ends with the client: aborted when the connection goes before the answer is complete. */
export function signalOf(call: Call): AbortSignal {
  const gone = new AbortController()
  const { outgoing } = call.env
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) gone.abort(fault('ABORTED'))
  })
  return gone.signal
}

/** What every upload goes by of its request: when the client is gone, and how much it says that it sends (RFC 9110 §8.6). */
export function incomingOf(call: Call): { signal: AbortSignal; declared?: number } {
  noteRequest({ isUpload: true })
  const length = Number(call.req.header('content-length') ?? NaN)
  return { signal: signalOf(call), declared: Number.isSafeInteger(length) ? length : undefined }
}

/** The body in slabs; stopping early leaves the connection usable. */
export function bodyOf(call: Call, options?: BodyOptions): AsyncIterable<Uint8Array> {
  return readBody(call.env.incoming, options)
}

/** Refuses by the declared length, before a byte is read. */
export function demandBodyLimit(call: Call, limit: number): void {
  const declared = Number(call.req.header('content-length') ?? 0)
  if (declared > limit) throw fault('TOO_LARGE', { reason: `the body may have ${limit} bytes`, limit })
}

/** Turns what was thrown into a fault, and writes what only the operator may know into the log. */
export function faultOf(error: unknown, log: Log, call: Call): Fault {
  const found = toFault(error)
  const data = { method: call.req.method, path: call.req.path, code: found.code }
  if (found.code === 'INTERNAL') log.error({ ...data, incident: found.data.incident, error: found.cause ?? found }, 'a request failed')
  else if (found.status >= 500) log.warn({ ...data, error: found.cause ?? found.message }, 'a request could not be served')
  return found
}

const exposed = ['Retry-After', 'X-Request-Id', 'X-Ratelimit-Limit', 'X-Ratelimit-Remaining', 'X-Ratelimit-Reset', 'Link', 'Count', 'Page', 'Size']

const preflight = cors({
  origin: '*',
  allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
  exposeHeaders: exposed,
  maxAge: 86_400,
})

/** Any origin may call a dialect with a key; cookies are never taken from there. */
export const openToAllOrigins: MiddlewareHandler<EdgeEnv> = (call, next) => {
  if (call.req.method === 'OPTIONS') return preflight(call, next)
  // Straight to the answer: a response of its own for two headers would cost each call more than all else that is done here.
  call.env.outgoing.setHeader('access-control-allow-origin', '*')
  call.env.outgoing.setHeader('access-control-expose-headers', exposed.join(','))
  return next()
}
