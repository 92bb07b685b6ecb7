import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { createRoute, z } from '@hono/zod-openapi'
import { eventWords, type Events, type EventView, type Live } from '../../domain/events/index.ts'
import type { Principal } from '../../domain/access/index.ts'
import { activityKinds, auditKinds } from '../../kernel/event-kinds.ts'
import { fault, toFault } from '../../kernel/faults.ts'
import type { Event } from '../../ports/db/index.ts'
import { type Call, signalOf } from '../edge.ts'
import { sendReply } from '../reply.ts'
import { happened } from './happened.ts'
import { withHeartbeats } from './heartbeats.ts'
import type { Api } from './router.ts'
import { iso, json, problems } from './shapes.ts'

const kind = z.enum([...activityKinds, ...auditKinds])

const eventShape = happened
  .extend({
    account: z.string().optional().openapi({ description: 'Id of the account that it concerns; absent: the whole server' }),
  })
  .openapi('Event')

const list = createRoute({
  method: 'get',
  path: '/events',
  summary: 'What happened, newest first',
  request: {
    query: z.object({
      of: z.enum(['account', 'instance', 'all']).default('account').openapi({ description: 'instance and all: for admins' }),
      kind: z.union([kind, z.array(kind)]).optional(),
      before: z.coerce.number().int().min(0).optional().openapi({ description: 'Ids below' }),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
  },
  responses: { 200: json(z.object({ events: z.array(eventShape) }), 'A page'), ...problems },
})

const stream = createRoute({
  method: 'get',
  path: '/events/stream',
  summary: 'What happens, as it happens',
  description: 'Server-sent events: `event` (as they are listed), `fetching` (DAGs whose fetch came further), `lost` (look anew), `beat` (each 15 seconds). Some are told again after a break: `Last-Event-ID`.',
  responses: { 200: { description: 'Without end', content: { 'text/event-stream': { schema: z.string() } } }, ...problems },
})

export interface EventRouteParts {
  events: Events
  /** Who calls, found out anew: what was revoked is told nothing more. */
  whoNow(call: Call): Promise<Principal>
}

const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no', 'x-content-type-options': 'nosniff' }

export function eventRoutes(routes: Api, { events, whoNow }: EventRouteParts): void {
  routes.openapi(list, async (call) => {
    const { kind: kinds, ...page } = call.req.valid('query')
    const found = await events.list(call.var.principal, { ...page, kinds: kinds === undefined ? undefined : [kinds].flat() })
    return call.json({ events: found.map(eventView) }, 200)
  })

  routes.openAPIRegistry.registerPath(stream)
  routes.get('/events/stream', async (call) => {
    if (call.req.method === 'HEAD') return call.body(null, 200, headers)
    const { principal } = call.var
    const seen = Number(call.req.header('last-event-id') ?? Number.NaN)
    const ended = new AbortController()
    const gone = signalOf(call)
    const live = await events.follow(principal, { after: Number.isSafeInteger(seen) ? seen : undefined, signal: AbortSignal.any([gone, ended.signal]) })
    const check = async () => {
      const now = await whoNow(call)
      // Whoever may see less now connects again, and is told that alone.
      if (now.account.id !== principal.account.id || now.role !== principal.role || principal.scopes.size !== now.scopes.size) throw fault('UNAUTHENTICATED', { reason: 'it is another account, or another role, now' })
    }
    const { outgoing } = call.env
    try {
      await sendReply(outgoing, { status: 200, headers, body: withHeartbeats(live, messageOf, check) }, { head: false, signal: gone })
    } catch (error) {
      if (!outgoing.headersSent && !outgoing.destroyed) throw toFault(error)
    } finally {
      ended.abort()
    }
    return RESPONSE_ALREADY_SENT
  })
}

function messageOf(live: Live): string {
  switch (live.type) {
    case 'event':
      return `id: ${live.event.id}\nevent: event\ndata: ${JSON.stringify(eventView({ ...live.event, words: eventWords(live.event) }))}\n\n`
    case 'fetching':
      return `event: fetching\ndata: ${JSON.stringify({ dags: live.dags })}\n\n`
    case 'lost':
      return `id: ${live.id}\nevent: lost\ndata: {}\n\n`
  }
}

function eventView({ id, at, kind: what, words, actor, accountId, data }: EventView | (Event & { words: string })): z.infer<typeof eventShape> {
  return { id, at: iso(at), kind: what, words, actor, account: accountId, data }
}
