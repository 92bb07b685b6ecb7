import { createRoute, z } from '@hono/zod-openapi'
import { markOf, type AccountUsage, type StorageFacts, type UsageFacts } from '../../domain/usage/index.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Call } from '../edge.ts'
import { historyCsv, historyQuery, historyShape, historyView, spanOf, type HistoryQuery } from './history.ts'
import { planShape, planView } from './plans.ts'
import type { Api } from './router.ts'
import { iso, json, problems } from './shapes.ts'

const roomShape = z.object({ bytes: z.number(), blocks: z.number() })

const usageShape = z
  .object({
    bytes: z.number().openapi({ description: 'Of the distinct blocks of each complete DAG that the account holds' }),
    blocks: z.number(),
    dags: z.number().openapi({ description: 'Distinct roots that the account holds, partial ones too' }),
    uploads: z.number(),
    keys: z.number(),
    inFlightPins: z.number().openapi({ description: 'Pin requests that wait' }),
    waiting: roomShape.openapi({ description: 'Brought or fetched of DAGs that are not complete; it counts against the plan' }),
    reserved: roomShape.openapi({ description: 'Taken by uploads under way' }),
    plan: planShape.optional().openapi({ description: 'Absent: no limits' }),
    month: z.object({ start: z.iso.datetime(), requests: z.number(), sent: z.number(), byteHours: z.number(), cost: z.number() }),
    shares: z
      .array(z.object({ what: z.enum(['storage', 'blocks', 'bandwidth', 'requests']), used: z.number(), limit: z.number(), percent: z.number(), warning: z.union([z.literal(75), z.literal(90), z.literal(100)]).optional() }))
      .openapi({ description: 'How much of the plan is used; `warning`: the highest mark that is passed' }),
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

const csv = { 'text/csv': { schema: z.string() } }

const usage = createRoute({
  method: 'get',
  path: '/usage',
  summary: 'What this account is charged for; with any of the parameters, what it used as time went on',
  request: { query: historyQuery },
  responses: { 200: { description: 'At this moment, or step by step', content: { 'application/json': { schema: z.union([usageShape, historyShape]) }, ...csv } }, ...problems },
})
const history = createRoute({
  method: 'get',
  path: '/usage/history',
  summary: 'What this account used as time went on',
  request: { query: historyQuery },
  responses: { 200: { description: 'Every step, also where nothing was used', content: { 'application/json': { schema: historyShape }, ...csv } }, ...problems },
})
const storage = createRoute({ method: 'get', path: '/storage', summary: 'What this server stores, and what was reclaimed last', responses: { 200: json(storageShape, 'At this moment'), ...problems } })

export interface UsageRouteParts {
  usage: UsageFacts
  clock: Clock
}

export function usageRoutes(routes: Api, parts: UsageRouteParts): void {
  const { usage: facts } = parts
  routes.openapi(usage, async (call) => {
    const query = call.req.valid('query')
    const isHistory = Object.values(query).some((value) => value !== undefined)
    return isHistory ? answerHistory(call, parts, query) : call.json(usageView(await facts.account(call.var.principal)), 200)
  })
  routes.openapi(history, async (call) => answerHistory(call, parts, call.req.valid('query')))
  routes.openapi(storage, async (call) => call.json(storageView(await facts.storage(call.var.principal)), 200))
}

/** Of the caller's account, or of another one. */
export async function answerHistory(call: Call, { usage: facts, clock }: UsageRouteParts, query: HistoryQuery, accountId?: string) {
  const span = spanOf(query, clock)
  const view = historyView(await facts.history(call.var.principal, span, accountId), span.step)
  if (query.format !== 'csv') return call.json(view, 200)
  return call.body(historyCsv(view), 200, { 'Content-Type': 'text/csv; charset=utf-8', 'Content-Disposition': 'attachment; filename="usage.csv"' })
}

function usageView({ plan, month: { began, cost, ...month }, shares, ...facts }: AccountUsage): z.infer<typeof usageShape> {
  return {
    ...facts,
    plan: plan && planView(plan),
    month: { start: iso(began), ...month, cost: cost / 1e6 },
    shares: shares.map((share) => ({ ...share, warning: (markOf(share) || undefined) as 75 | 90 | 100 | undefined })),
  }
}

function storageView({ bytes, blocks, segments, free, damaged, reclaim }: StorageFacts): z.infer<typeof storageShape> {
  const last = reclaim && { ...reclaim, started: iso(reclaim.started), ended: iso(reclaim.ended) }
  return { bytes, blocks, segments, free: Number.isFinite(free) ? free : undefined, damaged, reclaim: last }
}
