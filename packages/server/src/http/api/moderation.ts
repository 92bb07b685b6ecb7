import { createRoute, z } from '@hono/zod-openapi'
import type { Moderation, Reports } from '../../domain/moderation/index.ts'
import type { Api } from './router.ts'
import { idParam, iso, json, problems } from './shapes.ts'

const reportShape = z
  .object({
    id: z.string(),
    path: z.string().openapi({ description: 'What it is about, as it was written: a content path, a CID, a URL' }),
    kind: z.enum(['illegal', 'copyright', 'malware', 'other']),
    words: z.string(),
    contact: z.string().optional(),
    created: z.iso.datetime(),
  })
  .openapi('AbuseReport')

const listShape = z
  .object({
    place: z.string().openapi({ description: 'The file, or the URL of a list that is followed' }),
    name: z.string().optional().openapi({ description: 'As rules name it; absent while there is no copy' }),
    rules: z.number(),
    problems: z.array(z.string()).openapi({ description: 'The first lines that are no rules' }),
    source: z
      .object({
        checked: z.iso.datetime().optional(),
        changed: z.iso.datetime().optional(),
        error: z.string().optional().openapi({ description: 'Why the last try failed; the copy of before stays in force' }),
        next: z.iso.datetime(),
      })
      .optional()
      .openapi({ description: 'Of a list that is followed' }),
  })
  .openapi('Denylist')

const lists = createRoute({ method: 'get', path: '/denylists', summary: 'The lists of what is not handled here (admin)', responses: { 200: json(z.object({ lists: z.array(listShape) }), 'In their order'), ...problems } })

const list = createRoute({
  method: 'get',
  path: '/abuse-reports',
  summary: 'What people reported at /abuse, oldest first (admin)',
  request: {
    query: z.object({
      limit: z.coerce.number().int().min(1).max(1000).default(25),
      after: z.string().max(64).optional().openapi({ description: 'Id of the last one of the page before' }),
    }),
  },
  responses: { 200: json(z.object({ count: z.number(), reports: z.array(reportShape) }), 'A page'), ...problems },
})

const remove = createRoute({ method: 'delete', path: '/abuse-reports/{id}', summary: 'Be done with a report (admin)', request: { params: idParam }, responses: { 204: { description: 'Gone' }, ...problems } })

export interface ModerationParts {
  reports: Reports
  moderation: Moderation
}

export function moderationRoutes(routes: Api, { reports, moderation }: ModerationParts): void {
  const time = (ms: number | undefined) => (ms === undefined ? undefined : iso(ms))
  routes.openapi(lists, async (call) => {
    const found = moderation.lists(call.var.principal)
    const view = found.map(({ source, problems: odd, ...one }) => ({ ...one, problems: [...odd], source: source && { ...source, checked: time(source.checked), changed: time(source.changed), next: iso(source.next) } }))
    return call.json({ lists: view }, 200)
  })
  routes.openapi(list, async (call) => {
    const { count, reports: found } = await reports.list(call.var.principal, call.req.valid('query'))
    return call.json({ count, reports: found.map(({ created, ...report }) => ({ ...report, created: iso(created) })) }, 200)
  })
  routes.openapi(remove, async (call) => {
    await reports.remove(call.var.principal, call.req.valid('param').id)
    return call.body(null, 204)
  })
}
