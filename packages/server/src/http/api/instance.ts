import { createRoute, z } from '@hono/zod-openapi'
import type { Settings, Setup } from '../../domain/accounts/index.ts'
import type { Api } from './router.ts'
import { json } from './shapes.ts'

const shape = z
  .object({
    version: z.string(),
    name: z.string().openapi({ description: 'What people call it' }),
    setup: z.boolean().openapi({ description: 'The first admin is still to be made' }),
    network: z.object({ mode: z.enum(['local', 'public', 'none']), byVariable: z.boolean().openapi({ description: 'THOLE_NETWORK is set, and wins over what a page says' }), driver: z.string(), state: z.string(), addresses: z.array(z.string()) }),
    urls: z.object({ gateway: z.string(), subdomainGateway: z.string().optional(), psa: z.string() }),
    limits: z.object({ maxBody: z.number() }),
    profiles: z.array(z.string()),
  })
  .openapi('Instance')

/** What a page needs to know before anybody signed in. */
export type InstanceFacts = Omit<z.infer<typeof shape>, 'setup' | 'name'>

const get = createRoute({ method: 'get', path: '/instance', summary: 'What this server is', security: [], responses: { 200: json(shape, 'This server') } })

export function instanceRoutes(routes: Api, { setup, settings, instance }: { setup: Setup; settings: Settings; instance: () => InstanceFacts }): void {
  routes.openapi(get, async (call) => call.json({ ...instance(), name: await settings.name(), setup: await setup.isNeeded() }, 200))
}
