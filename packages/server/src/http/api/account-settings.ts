import { createRoute, z } from '@hono/zod-openapi'
import type { SettingsOfAccounts } from '../../domain/accounts/index.ts'
import { readBody } from './read-body.ts'
import type { Api } from './router.ts'
import { json, problems } from './shapes.ts'

const shape = z
  .object({ onDemand: z.boolean().openapi({ description: 'New uploads are pinned by their first reader, where they do not say otherwise' }) })
  .openapi('AccountSettings')

const get = createRoute({ method: 'get', path: '/account/settings', summary: 'What this account decided for all that it sends', responses: { 200: json(shape, 'At this moment'), ...problems } })
const put = createRoute({
  method: 'put',
  path: '/account/settings',
  summary: 'Decide it',
  request: { body: { required: true, content: { 'application/json': { schema: shape } } } },
  responses: { 204: { description: 'From the next upload on' }, ...problems },
})

export function accountSettingsRoutes(routes: Api, { accountSettings }: { accountSettings: SettingsOfAccounts }): void {
  routes.openapi(get, async (call) => call.json(await accountSettings.get(call.var.principal), 200))
  routes.openAPIRegistry.registerPath(put)
  routes.put('/account/settings', async (call) => {
    await accountSettings.change(call.var.principal, await readBody(call, shape))
    return call.body(null, 204)
  })
}
