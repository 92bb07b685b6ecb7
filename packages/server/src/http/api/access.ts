import { createRoute, z } from '@hono/zod-openapi'
import type { AccessRequests } from '../../domain/access/index.ts'
import type { AccessRequest, AccessRequestView } from '../../ports/db/index.ts'
import { readBody } from './read-body.ts'
import type { Api } from './router.ts'
import { idParam, iso, json, problems } from './shapes.ts'

const state = z.enum(['open', 'approved', 'declined'])

const requestShape = z
  .object({
    id: z.string(),
    askedBy: z.string().openapi({ description: 'E-mail address of the person, or name of the key' }),
    purpose: z.string(),
    amount: z.string(),
    link: z.string(),
    state,
    created: z.iso.datetime(),
    decided: z.iso.datetime().optional(),
    message: z.string().optional().openapi({ description: 'What the admin said' }),
  })
  .openapi('AccessRequest')

const standingShape = z
  .object({
    closed: z.boolean().openapi({ description: 'Pinning by CID needs access; otherwise all may' }),
    allowed: z.boolean(),
    request: requestShape.extend({ seen: z.boolean().openapi({ description: 'The account knows how it was decided' }) }).optional().openapi({ description: 'Its newest' }),
  })
  .openapi('Access')

const listedShape = requestShape.extend({ account: z.object({ id: z.string(), email: z.string() }) }).openapi('ListedAccessRequest')
const wish = z.object({ purpose: z.string().max(8000), amount: z.string().max(1000).optional(), link: z.string().max(2000).optional() })
const decision = z.object({ approve: z.boolean(), message: z.string().max(4000).default('') })
const openness = z.object({ closed: z.boolean() })
const body = <T extends z.ZodType>(schema: T) => ({ body: { required: true, content: { 'application/json': { schema } } } })
const none = { description: 'Done' }

const standing = createRoute({ method: 'get', path: '/access', summary: 'Whether this account may pin by CID', responses: { 200: json(standingShape, 'At this moment'), ...problems } })
const ask = createRoute({ method: 'post', path: '/access/requests', summary: 'Ask for access to the pinning API', request: body(wish), responses: { 201: json(requestShape, 'Asked; an admin decides'), ...problems } })
const see = createRoute({ method: 'delete', path: '/access/notice', summary: 'The decision has been read', responses: { 204: none, ...problems } })
const list = createRoute({
  method: 'get',
  path: '/admin/access-requests',
  summary: 'Who asks for access to the pinning API (admin)',
  request: {
    query: z.object({
      state: state.default('open'),
      limit: z.coerce.number().int().min(1).max(1000).default(25),
      after: z.string().max(64).optional().openapi({ description: 'Id of the last one of the page before' }),
    }),
  },
  responses: { 200: json(z.object({ count: z.number(), requests: z.array(listedShape) }), 'Open ones oldest first, others newest first'), ...problems },
})
const decide = createRoute({
  method: 'post',
  path: '/admin/access-requests/{id}',
  summary: 'Let an account pin by CID, or not (admin)',
  description: 'Also what was decided before may be decided anew.',
  request: { params: idParam, ...body(decision) },
  responses: { 204: none, ...problems },
})
const setClosed = createRoute({ method: 'put', path: '/admin/access', summary: 'Open pinning by CID to all, or close it (admin)', request: body(openness), responses: { 204: none, ...problems } })

export function accessRoutes(routes: Api, { access }: { access: AccessRequests }): void {
  for (const route of [ask, decide, setClosed]) routes.openAPIRegistry.registerPath(route)
  routes.openapi(standing, async (call) => {
    const { request, ...rest } = await access.standing(call.var.principal)
    return call.json({ ...rest, request: request && { ...requestView(request), seen: request.seen } }, 200)
  })
  routes.post('/access/requests', async (call) => call.json(requestView(await access.ask(call.var.principal, await readBody(call, wish))), 201))
  routes.openapi(see, async (call) => {
    await access.see(call.var.principal)
    return call.body(null, 204)
  })
  routes.openapi(list, async (call) => {
    const { count, requests } = await access.list(call.var.principal, call.req.valid('query'))
    return call.json({ count, requests: requests.map(listedView) }, 200)
  })
  routes.post('/admin/access-requests/:id', async (call) => {
    await access.decide(call.var.principal, call.req.param('id'), await readBody(call, decision))
    return call.body(null, 204)
  })
  routes.put('/admin/access', async (call) => {
    const { closed } = await readBody(call, openness)
    await access.setClosed(call.var.principal, closed)
    return call.body(null, 204)
  })
}

function requestView({ id, askedBy, purpose, amount, link, state: now, created, decided, message }: AccessRequest): z.infer<typeof requestShape> {
  return { id, askedBy, purpose, amount, link, state: now, created: iso(created), decided: decided === undefined ? undefined : iso(decided), message }
}

function listedView(request: AccessRequestView): z.infer<typeof listedShape> {
  return { ...requestView(request), account: { id: request.accountId, email: request.email } }
}
