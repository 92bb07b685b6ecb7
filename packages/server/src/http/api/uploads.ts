import { createRoute, z } from '@hono/zod-openapi'
import type { Uploads } from '../../domain/uploads/index.ts'
import { demandBodyLimit, incomingOf, type Call } from '../edge.ts'
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
      kind: z.enum(['file', 'directory']).optional().openapi({ description: 'What a CAR was made of, for lists to show' }),
      size: z.number().optional().openapi({ description: 'Bytes of what it was made of, likewise' }),
      profile: z.string().optional().openapi({ description: 'How files become blocks', example: 'unixfs-v1-2025' }),
      pin: z.enum(['true', 'false']).optional().openapi({ description: 'false: it is pinned once it is read through a gateway. Default: as the account decided, or true' }),
    }),
  },
  responses: { 201: json(z.object({ id: z.string(), roots: z.array(rootShape) }), 'Stored, durable, listed'), ...problems },
})
const list = createRoute({
  method: 'get',
  path: '/uploads',
  summary: 'List uploads, newest first unless another order is asked for',
  description: '`count` is of all uploads, whatever is looked for.',
  request: {
    query: pageQuery.extend({
      cid: z.string().max(200).optional().openapi({ description: 'With this root' }),
      name: z.string().max(255).optional().openapi({ description: 'Any part of the name, any case' }),
      sort: z.enum(['created', 'name', 'bytes']).default('created'),
      order: z.enum(['asc', 'desc']).optional().openapi({ description: 'Default: names asc, others desc' }),
      after: z.string().max(64).optional().openapi({ description: 'Id of the last one of the page before' }),
    }),
  },
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
    const wish = { name: call.req.query('name') || undefined, profile: profileOf(call), pin: pinOf(call), madeOf: madeOf(call), ...incomingOf(call) }
    const { upload } = await receiveBody(uploads, call.var.principal, call, wish)
    return call.json({ id: upload.id, roots: upload.roots.map(({ cid, name }) => ({ cid, name })) }, 201)
  })
  routes.openapi(list, async (call) => {
    const { before, order, cid, name, ...page } = call.req.valid('query')
    const descending = order === undefined ? page.sort !== 'name' : order === 'desc'
    const wish = { ...page, descending, cid: cid || undefined, name: name || undefined, before: before ? Date.parse(before) : undefined }
    const { count, uploads: found } = await uploads.list(call.var.principal, wish)
    return call.json({ count, uploads: found.map(uploadView) }, 200)
  })
  routes.openapi(remove, async (call) => {
    await uploads.remove(call.var.principal, call.req.valid('param').id)
    return call.body(null, 204)
  })
}

function madeOf(call: Call): { kind: 'file' | 'directory'; bytes?: number } | undefined {
  const { kind, size } = call.req.query()
  if (kind !== 'file' && kind !== 'directory') return undefined
  const bytes = Number(size || Number.NaN)
  return { kind, bytes: Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : undefined }
}

/** Undefined: as the account decided. */
function pinOf(call: Call): boolean | undefined {
  const pin = call.req.query('pin')
  return pin === undefined || pin === '' ? undefined : pin !== 'false'
}
