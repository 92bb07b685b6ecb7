import type { Hono } from 'hono'
import type { Dags } from '../../domain/dags/index.ts'
import type { EdgeEnv } from '../edge.ts'
import { statusView, type SelfParts } from './shapes.ts'

export interface StatusParts extends SelfParts {
  dags: Dags
}

/** `/status/{cid}`: for everybody, as the content is. */
export function statusRoutes(routes: Hono<EdgeEnv>, parts: StatusParts): void {
  routes.get('/status/:cid', async (call) => {
    const cid = call.req.param('cid')
    return call.json(statusView(parts, cid, await parts.dags.status(cid)))
  })
}
