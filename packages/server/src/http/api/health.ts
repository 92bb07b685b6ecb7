import { createRoute, z } from '@hono/zod-openapi'
import type { Health, JobsReport } from '../../domain/health/index.ts'
import { readBody } from './read-body.ts'
import type { Api } from './router.ts'
import { iso, json, problems } from './shapes.ts'

const segmentShape = z
  .object({
    name: z.string(),
    bytes: z.number(),
    live: z.number().openapi({ description: 'About so many bytes are of blocks that are found here' }),
    damaged: z.number().optional().openapi({ description: 'Blocks in quarantine' }),
  })
  .openapi('Segment')

const jobsShape = z
  .object({
    kinds: z.array(z.object({ kind: z.string(), due: z.number(), later: z.number(), dead: z.number(), oldest: z.iso.datetime().optional().openapi({ description: 'Since when the first one is due' }) })),
    counted: z.number().openapi({ description: 'More than this are not counted' }),
    dead: z.array(z.object({ kind: z.string(), key: z.string(), attempts: z.number(), error: z.string().optional() })).openapi({ description: 'The first of those that were given up' }),
  })
  .openapi('Jobs')

const segments = createRoute({ method: 'get', path: '/storage/segments', summary: 'What each segment holds, the first 2,000 (admin)', responses: { 200: json(z.object({ segments: z.array(segmentShape) }), 'Some seconds old'), ...problems } })
const jobs = createRoute({ method: 'get', path: '/jobs', summary: 'What is to be done, and what could not be (admin)', responses: { 200: json(jobsShape, 'At this moment'), ...problems } })
const jobShape = z.object({ kind: z.string().max(100), key: z.string().max(500) })
const retry = createRoute({
  method: 'post',
  path: '/jobs/retry',
  summary: 'Have a job that was given up run again (admin)',
  request: { body: { required: true, content: { 'application/json': { schema: jobShape } } } },
  responses: { 204: { description: 'It will run' }, ...problems },
})
const reclaim = createRoute({ method: 'post', path: '/reclaim', summary: 'Look now for what nobody holds any more (admin)', responses: { 204: { description: 'It will run' }, ...problems } })

export function healthRoutes(routes: Api, { health }: { health: Health }): void {
  routes.openapi(segments, async (call) => call.json({ segments: await health.segments(call.var.principal) }, 200))
  routes.openapi(jobs, async (call) => call.json(jobsView(await health.jobs(call.var.principal)), 200))
  routes.openAPIRegistry.registerPath(retry)
  routes.post('/jobs/retry', async (call) => {
    await health.retry(call.var.principal, await readBody(call, jobShape))
    return call.body(null, 204)
  })
  routes.openapi(reclaim, async (call) => {
    await health.reclaim(call.var.principal)
    return call.body(null, 204)
  })
}

function jobsView({ kinds, counted, dead }: JobsReport): z.infer<typeof jobsShape> {
  return {
    kinds: kinds.map(({ oldest, ...kind }) => ({ ...kind, oldest: oldest === undefined ? undefined : iso(oldest) })),
    counted,
    dead: dead.map(({ kind, key, attempts, error }) => ({ kind, key, attempts, error })),
  }
}
