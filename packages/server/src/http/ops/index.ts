import { Hono } from 'hono'
import type { EdgeEnv } from '../edge.ts'

/** Health for load balancers: alive, and ready to serve. */
export function ops(isReady: () => boolean): Hono<EdgeEnv> {
  const routes = new Hono<EdgeEnv>()
  routes.get('/healthz', (call) => call.text('ok\n'))
  routes.get('/readyz', (call) => (isReady() ? call.text('ready\n') : call.text('not ready\n', 503)))
  return routes
}
