import type { Accounts, Keys, Setup } from '../../domain/accounts/index.ts'
import type { Dags } from '../../domain/dags/index.ts'
import type { Pins } from '../../domain/pins/index.ts'
import type { Scrubber } from '../../domain/scrub/index.ts'
import type { Uploads } from '../../domain/uploads/index.ts'
import type { UsageFacts } from '../../domain/usage/index.ts'
import { fault } from '../../kernel/faults.ts'
import type { Log } from '../../ports/log.ts'
import type { SignIn } from '../../ports/sign-in.ts'
import { byKey, bySession, faultOf, openToAllOrigins } from '../edge.ts'
import type { Limits } from '../limits/limits.ts'
import { blockRoutes } from './blocks.ts'
import { dagRoutes } from './dags.ts'
import { exportRoutes, type ExportRouteParts } from './export.ts'
import { instanceRoutes, type InstanceFacts } from './instance.ts'
import { keyRoutes } from './keys.ts'
import { moderationRoutes, type ModerationParts } from './moderation.ts'
import { networkRoutes, type NetworkParts } from './network.ts'
import { pinRoutes } from './pins.ts'
import { problem } from './problem.ts'
import { apiRouter, type Api } from './router.ts'
import { scrubRoutes } from './scrub.ts'
import { sessionRoutes } from './session.ts'
import { uploadRoutes } from './uploads.ts'
import { usageRoutes } from './usage.ts'

export interface ApiParts extends ModerationParts, NetworkParts, ExportRouteParts {
  accounts: Accounts
  keys: Keys
  limits: Limits
  setup: Setup
  signIn: SignIn
  uploads: Uploads
  pins: Pins
  dags: Dags
  usage: UsageFacts
  scrubber: Scrubber
  version: string
  instance: () => InstanceFacts
  maxBody: number
  log: Log
}

/** Thole's own API. Programs send a key, the dashboard its session. */
export function api(parts: ApiParts): Api {
  const routes = apiRouter()
  routes.onError((error, call) => problem(call, faultOf(error, parts.log, call)))
  // Programs on anybody's page show keys, and no cookie counts there; signing in is for our own pages.
  routes.use((call, next) => (isForOwnPages(call.req.path) ? next() : openToAllOrigins(call, next)))

  instanceRoutes(routes, parts)
  sessionRoutes(routes, parts)

  routes.use(async (call, next) => {
    if (call.req.path.endsWith('/openapi.json')) return next()
    call.set('principal', call.req.header('authorization') ? await byKey(parts, call) : await bySession(parts, call))
    await next()
  })
  uploadRoutes(routes, parts)
  pinRoutes(routes, parts)
  dagRoutes(routes, parts)
  blockRoutes(routes, parts)
  usageRoutes(routes, parts)
  keyRoutes(routes, parts)
  exportRoutes(routes, parts)
  scrubRoutes(routes, parts)
  networkRoutes(routes, parts)
  moderationRoutes(routes, parts)
  routes.openAPIRegistry.registerComponent('securitySchemes', 'key', { type: 'http', scheme: 'bearer' })
  routes.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'Thole', version: parts.version, description: 'Self-hosted storage and pinning for IPFS.' },
    servers: [{ url: '/api/v1' }],
    security: [{ key: [] }],
  })
  routes.notFound((call) => problem(call, fault('NOT_FOUND', { what: 'such endpoint' })))
  return routes
}

function isForOwnPages(path: string): boolean {
  return /\/(session|setup)(\/|$)/.test(path)
}
