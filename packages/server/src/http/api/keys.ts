import { createRoute, z } from '@hono/zod-openapi'
import type { Keys } from '../../domain/accounts/index.ts'
import { groups, groupsOf, isScope } from '../../kernel/scopes.ts'
import type { KeyRow } from '../../ports/db/index.ts'
import { readBody } from './read-body.ts'
import type { Api } from './router.ts'
import { idParam, iso, json, problems } from './shapes.ts'

const keyShape = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.string()),
    groups: z.array(z.string()).openapi({ description: 'Service groups of which it has all scopes' }),
    tail: z.string().openapi({ description: 'The last six characters of the key' }),
    created: z.iso.datetime(),
    expires: z.iso.datetime().optional().openapi({ description: 'Absent: it does not end' }),
    lastUsed: z.iso.datetime().optional().openapi({ description: 'To the minute; absent: never' }),
  })
  .openapi('Key')

const list = createRoute({
  method: 'get',
  path: '/keys',
  summary: 'List keys, newest first',
  request: {
    query: z.object({
      limit: z.coerce.number().int().min(1).max(1000).default(100),
      after: z.string().max(64).optional().openapi({ description: 'Id of the last one of the page before' }),
    }),
  },
  responses: { 200: json(z.object({ count: z.number(), keys: z.array(keyShape) }), 'A page of those that were not revoked'), ...problems },
})

const wish = z
  .object({
    name: z.string().min(1).max(255),
    scopes: z.array(z.string().max(64)).max(16).optional(),
    groups: z.array(z.string().max(64)).max(16).optional().openapi({ description: `Service groups: ${Object.keys(groups).join(', ')}` }),
    expires: z.iso.datetime({ offset: true }).optional().openapi({ description: 'Where a key makes it: default, and at most, the end of that key' }),
  })
  .openapi('KeyWish', { description: 'Without scopes and groups: all that a key has by default' })

const create = createRoute({
  method: 'post',
  path: '/keys',
  summary: 'Make a key; it is shown once',
  request: { body: { required: true, content: { 'application/json': { schema: wish } } } },
  responses: { 201: json(keyShape.extend({ key: z.string() }), 'Made'), ...problems },
})

const revoke = createRoute({ method: 'delete', path: '/keys/{id}', summary: 'Revoke a key', request: { params: idParam }, responses: { 204: { description: 'Revoked' }, ...problems } })

export function keyRoutes(routes: Api, { keys }: { keys: Keys }): void {
  routes.openapi(list, async (call) => {
    const { count, keys: found } = await keys.list(call.var.principal, call.req.valid('query'))
    return call.json({ count, keys: found.map(keyView) }, 200)
  })
  routes.openAPIRegistry.registerPath(create)
  routes.post('/keys', async (call) => {
    const { expires, ...wanted } = await readBody(call, wish)
    const { token, ...made } = await keys.createBy(call.var.principal, { ...wanted, expires: expires === undefined ? undefined : Date.parse(expires) })
    return call.json({ ...keyView(made), key: token }, 201)
  })
  routes.openapi(revoke, async (call) => {
    await keys.revoke(call.var.principal, call.req.valid('param').id)
    return call.body(null, 204)
  })
}

function keyView({ id, name, scopes, tail, created, expires, lastUsed }: KeyRow): z.infer<typeof keyShape> {
  const time = (ms: number | undefined) => (ms === undefined ? undefined : iso(ms))
  return { id, name, scopes, groups: groupsOf(scopes.filter(isScope)), tail, created: iso(created), expires: time(expires), lastUsed: time(lastUsed) }
}
