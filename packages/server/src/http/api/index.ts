import type { AccessRequests } from '../../domain/access/index.ts'
import type { Accounts, Invitations, Joining, Keys, Members, People, Settings, SettingsOfAccounts, Setup } from '../../domain/accounts/index.ts'
import type { Dags } from '../../domain/dags/index.ts'
import type { Health } from '../../domain/health/index.ts'
import type { Pins } from '../../domain/pins/index.ts'
import type { Scrubber } from '../../domain/scrub/index.ts'
import type { Uploads } from '../../domain/uploads/index.ts'
import { fault } from '../../kernel/faults.ts'
import type { Log } from '../../ports/log.ts'
import type { SignIn } from '../../ports/sign-in.ts'
import { byKey, bySession, type Call, faultOf, openToAllOrigins, whoNow } from '../edge.ts'
import type { Limits } from '../limits/limits.ts'
import { accessRoutes } from './access.ts'
import { accountSettingsRoutes } from './account-settings.ts'
import { auditRoutes } from './audit.ts'
import { blockRoutes } from './blocks.ts'
import { dagRoutes } from './dags.ts'
import { directoryRoutes, type DirectoryRouteParts } from './directory.ts'
import { eventRoutes, type EventRouteParts } from './events.ts'
import { exportRoutes, type ExportRouteParts } from './export.ts'
import { factorRoutes } from './factors.ts'
import { healthRoutes } from './health.ts'
import { instanceRoutes, type InstanceFacts } from './instance.ts'
import { keyRoutes } from './keys.ts'
import { meRoutes } from './me.ts'
import { memberRoutes } from './members.ts'
import { moderationRoutes, type ModerationParts } from './moderation.ts'
import { networkRoutes, type NetworkParts } from './network.ts'
import { peopleRoutes } from './people.ts'
import { pinRoutes } from './pins.ts'
import { planRoutes } from './plans.ts'
import { problem } from './problem.ts'
import { providerRoutes } from './providers.ts'
import { apiRouter, type Api } from './router.ts'
import { scrubRoutes } from './scrub.ts'
import { sessionRoutes } from './session.ts'
import { setupRoutes } from './setup.ts'
import { signInRoutes } from './sign-in.ts'
import { uploadRoutes } from './uploads.ts'
import { usageRoutes } from './usage.ts'

export interface ApiParts extends ModerationParts, NetworkParts, ExportRouteParts, DirectoryRouteParts, Omit<EventRouteParts, 'whoNow'> {
  accounts: Accounts
  accountSettings: SettingsOfAccounts
  access: AccessRequests
  keys: Keys
  limits: Limits
  setup: Setup
  settings: Settings
  members: Members
  invitations: Invitations
  joining: Joining
  people: People
  signUp: 'closed' | 'open'
  /** Where people reach this server, without a trailing slash; undefined: where the browser says. */
  publicUrl?: string
  signIn: SignIn
  uploads: Uploads
  pins: Pins
  dags: Dags
  scrubber: Scrubber
  health: Health
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
  setupRoutes(routes, parts)
  signInRoutes(routes, parts)
  providerRoutes(routes, parts)
  meRoutes(routes, parts)
  factorRoutes(routes, parts)

  const principalOf = (call: Call) => (call.req.header('authorization') ? byKey(parts, call) : bySession(parts, call))
  routes.use(async (call, next) => {
    if (call.req.path.endsWith('/openapi.json')) return next()
    call.set('principal', await principalOf(call))
    await next()
  })
  uploadRoutes(routes, parts)
  pinRoutes(routes, parts)
  dagRoutes(routes, parts)
  blockRoutes(routes, parts)
  usageRoutes(routes, parts)
  planRoutes(routes, parts)
  directoryRoutes(routes, parts)
  keyRoutes(routes, parts)
  accessRoutes(routes, parts)
  accountSettingsRoutes(routes, parts)
  auditRoutes(routes, parts)
  eventRoutes(routes, { events: parts.events, whoNow: (call) => whoNow(parts, call) })
  memberRoutes(routes, parts)
  peopleRoutes(routes, parts)
  exportRoutes(routes, parts)
  scrubRoutes(routes, parts)
  healthRoutes(routes, parts)
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
  return /^\/api\/v1\/(session|setup|sign-in|me)(\/|$)/.test(path)
}
