import { createRoute, z } from '@hono/zod-openapi'
import type { Uploads } from '../../domain/uploads/index.ts'
import { demandBodyLimit, signalOf } from '../edge.ts'
import { profileOf, receiveBody } from '../upload-body.ts'
import type { Api } from './router.ts'
import { idParam, json, pageQuery, problems, rootShape, uploadShape, uploadView } from './shapes.ts'

const bytes = { schema: z.string().openapi({ format: 'binary' }) }

const send = createRoute({
  method: 'post',
  path: '/uploads',
  summary: 'Send bytes, get a CID',
  description: 'A body of any type is one file; multipart/form-data is one file or a directory; application/vnd.ipld.car is a CAR.',
  // The body is read as a stream: described here, not validated.
  request: {
    body: { content: { 'application/octet-stream': bytes, 'multipart/form-data': bytes, 'application/vnd.ipld.car': bytes } },
    query: z.object({
      name: z.string().optional(),
      profile: z.string().optional().openapi({ description: 'How files become blocks', example: 'unixfs-v1-2025' }),
      pin: z.enum(['true', 'false']).default('true'),
    }),
  },
  responses: { 201: json(z.object({ id: z.string(), roots: z.array(rootShape) }), 'Stored, durable, listed'), ...problems },
})
const list = createRoute({
  method: 'get',
  path: '/uploads',
  summary: 'List uploads, newest first',
  request: { query: pageQuery },
  responses: { 200: json(z.object({ count: z.number(), uploads: z.array(uploadShape) }), 'A page'), ...problems },
})

const remove = createRoute({
  method: 'delete',
  path: '/uploads/{id}',
  summary: 'End an upload and the pin requests made with it',
  request: { params: idParam },
  responses: { 204: { description: 'Ended' }, ...problems },
})

export function uploadRoutes(routes: Api, { uploads, maxBody }: { uploads: Uploads; maxBody: number }): void {
  routes.openAPIRegistry.registerPath(send)
  routes.post('/uploads', async (call) => {
    demandBodyLimit(call, maxBody)
    const wish = { name: call.req.query('name') || undefined, profile: profileOf(call), pin: call.req.query('pin') !== 'false', signal: signalOf(call) }
    const { upload } = await receiveBody(uploads, call.var.principal, call, wish)
    return call.json({ id: upload.id, roots: upload.roots.map(({ cid, name }) => ({ cid, name })) }, 201)
  })
  routes.openapi(list, async (call) => {
    const { limit, before } = call.req.valid('query')
    const { count, uploads: found } = await uploads.list(call.var.principal, { limit, before: before ? Date.parse(before) : undefined })
    return call.json({ count, uploads: found.map(uploadView) }, 200)
  })
  routes.openapi(remove, async (call) => {
    await uploads.remove(call.var.principal, call.req.valid('param').id)
    return call.body(null, 204)
  })
}
