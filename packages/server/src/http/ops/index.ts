import { Hono } from 'hono'
import type { Keys } from '../../domain/accounts/index.ts'
import { demand } from '../../domain/access/index.ts'
import { Fault, toFault } from '../../kernel/faults.ts'
import { byKey, type EdgeEnv } from '../edge.ts'
import { faultHeaders } from '../fault-headers.ts'
import type { Limits } from '../limits/limits.ts'

export interface OpsParts {
  keys: Keys
  limits: Limits
  isReady(): boolean
  /** The text that Prometheus reads. */
  metrics(): Promise<{ type: string; text: string }>
}

/** For those who keep the server running: alive, ready to serve, and with a key of the scope `admin` the metrics. */
export function ops({ isReady, metrics, ...edge }: OpsParts): Hono<EdgeEnv> {
  const routes = new Hono<EdgeEnv>()
  routes.get('/healthz', (call) => call.text('ok\n'))
  routes.get('/readyz', (call) => (isReady() ? call.text('ready\n') : call.text('not ready\n', 503)))
  routes.get('/metrics', async (call) => {
    try {
      demand(await byKey(edge, call), 'admin')
      const { type, text } = await metrics()
      return call.body(text, 200, { 'content-type': type })
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      const { status, message } = toFault(error)
      return call.body(`${message}\n`, { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...faultHeaders(error) } } as ResponseInit as never)
    }
  })
  return routes
}
