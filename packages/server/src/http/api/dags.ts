import { createRoute, z } from '@hono/zod-openapi'
import type { Dags } from '../../domain/dags/index.ts'
import type { Api } from './router.ts'
import { dagShape, damageView, json, problems, replicasView, visitsView } from './shapes.ts'

const get = createRoute({
  method: 'get',
  path: '/dags/{cid}',
  summary: 'Whether a DAG is here, and what is missing',
  request: { params: z.object({ cid: z.string().openapi({ param: { name: 'cid', in: 'path' } }) }) },
  responses: { 200: json(dagShape, 'Known here'), ...problems },
})

export function dagRoutes(routes: Api, { dags }: { dags: Dags }): void {
  routes.openapi(get, async (call) => {
    const { damage, replicas, visits, ownVisits, ...dag } = await dags.describe(call.var.principal, call.req.valid('param').cid)
    return call.json({ ...dag, damaged: damage && damageView(damage), replicas: replicas && replicasView(replicas), ...visitsView(visits), own: visitsView(ownVisits) }, 200)
  })
}
