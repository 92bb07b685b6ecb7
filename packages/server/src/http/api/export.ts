import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { createRoute, z } from '@hono/zod-openapi'
import type { AccountExports } from '../../domain/moving/index.ts'
import { toFault } from '../../kernel/faults.ts'
import type { Log } from '../../ports/log.ts'
import { signalOf } from '../edge.ts'
import { sendReply } from '../reply.ts'
import type { Api } from './router.ts'
import { problems } from './shapes.ts'

const route = createRoute({
  method: 'get',
  path: '/account/export',
  summary: 'Take everything that this account has',
  description: 'A TAR: uploads, pins and keys as lines of JSON, DAGs as CARs, and a manifest with checksums behind all others. One at a time for each account. An archive without its end is not whole.',
  responses: { 200: { description: 'The archive', content: { 'application/x-tar': { schema: z.string().openapi({ format: 'binary' }) } } }, ...problems },
})

export interface ExportRouteParts {
  exports: AccountExports
  log: Log
}

export function exportRoutes(routes: Api, { exports, log }: ExportRouteParts): void {
  routes.openAPIRegistry.registerPath(route)
  // HEAD comes this way too.
  routes.get('/account/export', async (call) => {
    const signal = signalOf(call)
    const body = exports.open(call.var.principal, signal)
    const name = `thole-${new Date().toISOString().slice(0, 10)}.tar`
    const headers = { 'content-type': 'application/x-tar', 'content-disposition': `attachment; filename="${name}"`, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }
    if (call.req.method === 'HEAD') return call.body(null, 200, headers)
    const { outgoing } = call.env
    try {
      await sendReply(outgoing, { status: 200, headers, body }, { head: false, signal })
    } catch (error) {
      if (!outgoing.headersSent && !outgoing.destroyed) throw error
      const { code, message } = toFault(error)
      if (code !== 'ABORTED') log.warn({ path: call.req.path, code, error: message }, 'an export broke off')
    }
    return RESPONSE_ALREADY_SENT
  })
}
