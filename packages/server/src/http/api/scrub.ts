import { createRoute, z } from '@hono/zod-openapi'
import type { Scrubber, ScrubProgress } from '../../domain/scrub/index.ts'
import type { Api } from './router.ts'
import { iso, json, problems } from './shapes.ts'

const round = z.object({ started: z.iso.datetime(), blocks: z.number(), bytes: z.number(), damaged: z.number().openapi({ description: 'Bad blocks that it found' }) })

const shape = z
  .object({
    now: round
      .extend({ share: z.number().openapi({ description: 'Of the store, 0 to 1' }), rate: z.number().openapi({ description: 'Bytes a second, at most' }) })
      .optional()
      .openapi({ description: 'The round under way' }),
    last: round.extend({ finished: z.iso.datetime() }).optional().openapi({ description: 'The last round that came to its end' }),
    next: z.iso.datetime().optional().openapi({ description: 'When the next round is due' }),
    damaged: z.object({ blocks: z.number(), dags: z.number() }).openapi({ description: 'What is damaged now' }),
  })
  .openapi('Scrub')

const get = createRoute({ method: 'get', path: '/scrub', summary: 'How the check of all stored blocks is going (admin)', responses: { 200: json(shape, 'Progress'), ...problems } })

const start = createRoute({
  method: 'post',
  path: '/scrub',
  summary: 'Check all stored blocks now (admin)',
  description: 'Begins a round, or joins the one under way.',
  request: { query: z.object({ rate: z.coerce.number().int().min(1).optional().openapi({ description: 'Bytes a second for this round; default THOLE_SCRUB_RATE' }) }) },
  responses: { 202: json(shape, 'Under way'), ...problems },
})

export function scrubRoutes(routes: Api, { scrubber }: { scrubber: Scrubber }): void {
  routes.openapi(get, async (call) => call.json(scrubView(await scrubber.progress(call.var.principal)), 200))
  routes.openapi(start, async (call) => call.json(scrubView(await scrubber.start(call.var.principal, call.req.valid('query'))), 202))
}

function scrubView({ now, last, next, damaged }: ScrubProgress): z.infer<typeof shape> {
  return {
    now: now && { ...now, started: iso(now.started) },
    last: last && { ...last, started: iso(last.started), finished: iso(last.finished) },
    next: next === undefined ? undefined : iso(next),
    damaged,
  }
}
