import { createRoute, z } from '@hono/zod-openapi'
import type { AuditEntry, Events } from '../../domain/events/index.ts'
import { auditKinds } from '../../kernel/event-kinds.ts'
import { happened } from './happened.ts'
import type { Api } from './router.ts'
import { iso, json, problems } from './shapes.ts'

const kind = z.enum(auditKinds)

const entryShape = happened
  .extend({
    account: z.object({ id: z.string(), email: z.string().optional() }).optional().openapi({ description: 'Whom it concerns; absent: the whole server' }),
  })
  .openapi('AuditEntry')

const list = createRoute({
  method: 'get',
  path: '/admin/audit',
  summary: 'Who did what, newest first (admin)',
  request: {
    query: z.object({
      kind: z.union([kind, z.array(kind)]).optional(),
      account: z.string().max(254).optional().openapi({ description: 'E-mail address or id' }),
      before: z.coerce.number().int().min(0).optional().openapi({ description: 'Ids below' }),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
  },
  responses: { 200: json(z.object({ entries: z.array(entryShape) }), 'A page'), ...problems },
})

export function auditRoutes(routes: Api, { events }: { events: Pick<Events, 'audit'> }): void {
  routes.openapi(list, async (call) => {
    const { kind: kinds, ...page } = call.req.valid('query')
    const entries = await events.audit(call.var.principal, { ...page, kinds: kinds === undefined ? undefined : [kinds].flat() })
    return call.json({ entries: entries.map(entryView) }, 200)
  })
}

function entryView({ id, at, kind: what, words, actor, accountId, email, data }: AuditEntry): z.infer<typeof entryShape> {
  return { id, at: iso(at), kind: what, words, actor, account: accountId === undefined ? undefined : { id: accountId, email }, data }
}
