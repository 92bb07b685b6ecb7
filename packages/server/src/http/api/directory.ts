import { createRoute, z } from '@hono/zod-openapi'
import type { Directory, Plans } from '../../domain/usage/index.ts'
import type { AccountListing } from '../../ports/db/index.ts'
import { historyQuery, historyShape } from './history.ts'
import { readBody } from './read-body.ts'
import type { Api } from './router.ts'
import { iso, json, problems } from './shapes.ts'
import { answerHistory, type UsageRouteParts } from './usage.ts'

const accountShape = z
  .object({
    id: z.string(),
    email: z.string(),
    role: z.enum(['admin', 'user']),
    created: z.iso.datetime(),
    suspended: z.boolean(),
    plan: z.string().optional().openapi({ description: 'Absent: no limits' }),
    bytes: z.number(),
    blocks: z.number(),
    dags: z.number(),
    month: z.object({ requests: z.number(), sent: z.number() }).openapi({ description: 'Since the month began' }),
  })
  .openapi('ListedAccount')

const params = z.object({ id: z.string().min(1).max(100) })
const changes = z.object({ plan: z.string().max(50).nullable().optional().openapi({ description: 'null: no limits' }), suspended: z.boolean().optional() })

const list = createRoute({
  method: 'get',
  path: '/admin/accounts',
  summary: 'All accounts with what they use (admin)',
  request: {
    query: z.object({
      search: z.string().max(254).optional().openapi({ description: 'Text in the e-mail address' }),
      after: z.string().max(254).optional().openapi({ description: 'E-mail of the last one of the page before' }),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
  },
  responses: { 200: json(z.object({ accounts: z.array(accountShape) }), 'In the order of their e-mails'), ...problems },
})
const change = createRoute({
  method: 'patch',
  path: '/admin/accounts/{id}',
  summary: 'Give an account a plan, suspend it or let it go on (admin)',
  request: { params, body: { content: { 'application/json': { schema: changes } }, required: true } },
  responses: { 204: { description: 'Changed' }, ...problems },
})
const usage = createRoute({
  method: 'get',
  path: '/admin/accounts/{id}/usage',
  summary: 'What an account used as time went on (admin)',
  request: { params, query: historyQuery },
  responses: { 200: { description: 'Every step', content: { 'application/json': { schema: historyShape }, 'text/csv': { schema: z.string() } } }, ...problems },
})

export interface DirectoryRouteParts extends UsageRouteParts {
  directory: Directory
  plans: Plans
}

export function directoryRoutes(routes: Api, parts: DirectoryRouteParts): void {
  const { directory, plans } = parts
  routes.openapi(list, async (call) => call.json({ accounts: (await directory.list(call.var.principal, call.req.valid('query'))).map(accountView) }, 200))
  routes.openAPIRegistry.registerPath(change)
  routes.patch('/admin/accounts/:id', async (call) => {
    const id = call.req.param('id')
    const { plan, suspended } = await readBody(call, changes)
    if (plan !== undefined) await plans.assign(call.var.principal, id, plan)
    if (suspended !== undefined) await directory.suspend(call.var.principal, id, suspended)
    return call.body(null, 204)
  })
  routes.openapi(usage, async (call) => answerHistory(call, parts, call.req.valid('query'), call.req.valid('param').id))
}

function accountView({ id, email, role, created, suspended, planId, bytes, blocks, dags, traffic }: AccountListing): z.infer<typeof accountShape> {
  return { id, email, role, created: iso(created), suspended, plan: planId, bytes, blocks, dags, month: traffic }
}
