import { createRoute, z } from '@hono/zod-openapi'
import type { Keys } from '../../domain/accounts/index.ts'
import type { KeyRow } from '../../ports/db/index.ts'
import { readBody } from './read-body.ts'
import type { Api } from './router.ts'
import { idParam, iso, json, keyShape, problems } from './shapes.ts'

const list = createRoute({ method: 'get', path: '/keys', summary: 'List keys', responses: { 200: json(z.object({ keys: z.array(keyShape) }), 'Live keys, newest first'), ...problems } })

const wish = z.object({ name: z.string().min(1).max(255), scopes: z.array(z.string().max(64)).max(16).optional() })

const create = createRoute({
  method: 'post',
  path: '/keys',
  summary: 'Make a key; it is shown once',
  request: { body: { required: true, content: { 'application/json': { schema: wish } } } },
  responses: { 201: json(z.object({ id: z.string(), key: z.string() }), 'Made'), ...problems },
})

const revoke = createRoute({ method: 'delete', path: '/keys/{id}', summary: 'Revoke a key', request: { params: idParam }, responses: { 204: { description: 'Revoked' }, ...problems } })

export function keyRoutes(routes: Api, { keys }: { keys: Keys }): void {
  routes.openapi(list, async (call) => call.json({ keys: (await keys.list(call.var.principal)).map(keyView) }, 200))
  routes.openAPIRegistry.registerPath(create)
  routes.post('/keys', async (call) => {
    const { id, token } = await keys.createBy(call.var.principal, await readBody(call, wish))
    return call.json({ id, key: token }, 201)
  })
  routes.openapi(revoke, async (call) => {
    await keys.revoke(call.var.principal, call.req.valid('param').id)
    return call.body(null, 204)
  })
}

function keyView({ id, name, scopes, tail, created, lastUsed }: KeyRow): z.infer<typeof keyShape> {
  return { id, name, scopes, tail, created: iso(created), lastUsed: lastUsed === undefined ? undefined : iso(lastUsed) }
}
