import { createRoute, z } from '@hono/zod-openapi'
import type { Dags } from '../../domain/dags/index.ts'
import { readBody } from './read-body.ts'
import type { Api } from './router.ts'
import { json, problems } from './shapes.ts'

const maxCids = 1000
/** A hash of 64 bytes takes 113 in base32; reading base58 takes the square of the length. */
const maxCidText = 128

const question = z.object({ cids: z.array(z.string().max(maxCidText)).max(maxCids) })

const ask = createRoute({
  method: 'post',
  path: '/blocks/missing',
  summary: 'Which of these blocks are not here',
  description: 'So that an upload that was broken off goes on with what is missing. Blocks are here whoever sent them; those that nothing holds may go, so ask again when all is sent.',
  request: { body: { required: true, content: { 'application/json': { schema: question } } } },
  responses: { 200: json(z.object({ missing: z.array(z.string()) }), 'Those to be sent, in the order of the question'), ...problems },
})

export function blockRoutes(routes: Api, { dags }: { dags: Dags }): void {
  routes.openAPIRegistry.registerPath(ask)
  routes.post('/blocks/missing', async (call) => {
    const { cids } = await readBody(call, question)
    return call.json({ missing: await dags.lacking(call.var.principal, cids) }, 200)
  })
}
