import { createRoute, z } from '@hono/zod-openapi'
import type { StorageFacts, UsageFacts } from '../../domain/usage/index.ts'
import type { Api } from './router.ts'
import { iso, json, problems } from './shapes.ts'

const usageShape = z
  .object({
    bytes: z.number().openapi({ description: 'Of the distinct blocks of each complete DAG that the account holds' }),
    blocks: z.number(),
    dags: z.number().openapi({ description: 'Distinct roots that the account holds, partial ones too' }),
    uploads: z.number(),
  })
  .openapi('Usage')

const storageShape = z
  .object({
    bytes: z.number().openapi({ description: 'On the medium, of all accounts; each block is stored once' }),
    blocks: z.number(),
    segments: z.number(),
    free: z.number().optional().openapi({ description: 'Free bytes on the medium, where that has a meaning' }),
    damaged: z.number().openapi({ description: 'Blocks in quarantine' }),
    reclaim: z
      .object({ started: z.iso.datetime(), ended: z.iso.datetime(), dags: z.number(), blocks: z.number(), bytes: z.number(), blocked: z.enum(['damaged', 'absent']).optional() })
      .optional()
      .openapi({ description: 'What the last reclaim freed, or why it could not' }),
  })
  .openapi('Storage')

const usage = createRoute({ method: 'get', path: '/usage', summary: 'What this account is charged for', responses: { 200: json(usageShape, 'At this moment'), ...problems } })
const storage = createRoute({ method: 'get', path: '/storage', summary: 'What this server stores, and what was reclaimed last', responses: { 200: json(storageShape, 'At this moment'), ...problems } })

export function usageRoutes(routes: Api, { usage: facts }: { usage: UsageFacts }): void {
  routes.openapi(usage, async (call) => call.json(await facts.account(call.var.principal), 200))
  routes.openapi(storage, async (call) => call.json(storageView(await facts.storage(call.var.principal)), 200))
}

function storageView({ bytes, blocks, segments, free, damaged, reclaim }: StorageFacts): z.infer<typeof storageShape> {
  const last = reclaim && { ...reclaim, started: iso(reclaim.started), ended: iso(reclaim.ended) }
  return { bytes, blocks, segments, free: Number.isFinite(free) ? free : undefined, damaged, reclaim: last }
}
