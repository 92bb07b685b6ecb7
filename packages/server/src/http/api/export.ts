import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { createRoute, z } from '@hono/zod-openapi'
import type { AccountExports } from '../../domain/moving/index.ts'
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
}

export function exportRoutes(routes: Api, { exports }: ExportRouteParts): void {
  routes.openAPIRegistry.registerPath(route)
  routes.get('/account/export', async (call) => {
    const signal = signalOf(call)
    const body = exports.open(call.var.principal, signal)
    const name = `thole-${new Date().toISOString().slice(0, 10)}.tar`
    const headers = { 'content-type': 'application/x-tar', 'content-disposition': `attachment; filename="${name}"`, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }
    await sendReply(call.env.outgoing, { status: 200, headers, body }, { head: false, signal })
    return RESPONSE_ALREADY_SENT
  })
}
