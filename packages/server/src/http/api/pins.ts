import { createRoute, z } from '@hono/zod-openapi'
import { canonicalCid, parseCid } from '@thole/dag'
import type { Pins } from '../../domain/pins/index.ts'
import { checkName } from '../../kernel/names.ts'
import { jsonBody } from '../json-body.ts'
import { readPin } from '../psa/read-pin.ts'
import type { Api } from './router.ts'
import { idParam, json, pageQuery, pinShape, pinView, problems } from './shapes.ts'

const add = createRoute({
  method: 'post',
  path: '/pins',
  summary: 'Pin a CID that is here or elsewhere',
  responses: { 202: json(pinShape, 'Accepted'), ...problems },
})

const list = createRoute({
  method: 'get',
  path: '/pins',
  summary: 'List pin requests, newest first; all statuses unless one is named',
  request: {
    query: pageQuery.extend({
      cid: z.string().max(200).optional().openapi({ description: 'Only requests for this CID, however it is written' }),
      status: z.enum(['queued', 'pinning', 'pinned', 'failed']).optional(),
      name: z.string().max(255).optional(),
      match: z.enum(['exact', 'iexact', 'partial', 'ipartial']).default('ipartial'),
    }),
  },
  responses: { 200: json(z.object({ count: z.number(), pins: z.array(pinShape) }), 'A page'), ...problems },
})

const get = createRoute({ method: 'get', path: '/pins/{id}', summary: 'One pin request', request: { params: idParam }, responses: { 200: json(pinShape, 'Found'), ...problems } })

const remove = createRoute({ method: 'delete', path: '/pins/{id}', summary: 'End a pin request', request: { params: idParam }, responses: { 204: { description: 'Ended' }, ...problems } })

const retry = createRoute({
  method: 'post',
  path: '/pins/{id}/retry',
  summary: 'Ask again for what a pin request asked for',
  description: 'A new request takes its place, and with it a new deadline.',
  request: { params: idParam },
  responses: { 202: json(pinShape, 'Accepted'), ...problems },
})

export function pinRoutes(routes: Api, { pins }: { pins: Pins }): void {
  routes.openAPIRegistry.registerPath({ ...add, request: { body: { content: { 'application/json': { schema: z.object({ cid: z.string(), name: z.string().optional(), origins: z.array(z.string()).optional(), meta: z.record(z.string(), z.string()).optional() }) } } } } })
  routes.post('/pins', async (call) => call.json(pinView(await pins.add(call.var.principal, readPin(await jsonBody(call)))), 202))
  routes.openapi(list, async (call) => {
    const { limit, before, cid, status, name, match } = call.req.valid('query')
    checkName(name)
    const filter = { dags: cid ? [canonicalCid(parseCid(cid))] : undefined, statuses: status && [status], name: name ? { text: name, match } : undefined, before: before ? Date.parse(before) : undefined }
    const { count, pins: found } = await pins.list(call.var.principal, filter, limit)
    return call.json({ count, pins: found.map(pinView) }, 200)
  })
  routes.openapi(get, async (call) => call.json(pinView(await pins.get(call.var.principal, call.req.valid('param').id)), 200))
  routes.openapi(retry, async (call) => call.json(pinView(await pins.retry(call.var.principal, call.req.valid('param').id)), 202))
  routes.openapi(remove, async (call) => {
    await pins.remove(call.var.principal, call.req.valid('param').id)
    return call.body(null, 204)
  })
}
