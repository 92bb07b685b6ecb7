import { createRoute, z } from '@hono/zod-openapi'
import type { Plans } from '../../domain/usage/index.ts'
import { fault } from '../../kernel/faults.ts'
import type { Plan } from '../../ports/db/index.ts'
import { readBody } from './read-body.ts'
import type { Api } from './router.ts'
import { json, problems } from './shapes.ts'

const most = Number.MAX_SAFE_INTEGER
const limit = (description: string) => z.number().int().min(0).max(most).nullable().default(null).openapi({ description: `${description}; null: any amount` })
const price = (description: string) => z.number().min(0).max(1e6).default(0).openapi({ description })

const termsShape = z.object({
  name: z.string().trim().min(1).max(100),
  words: z.string().max(2000).default('').openapi({ description: 'What it is for' }),
  storageBytes: limit('Bytes of what is held, each root in full'),
  blocks: limit('Blocks of that'),
  bandwidthBytes: limit('Bytes sent in a month'),
  requests: limit('Requests in a month'),
  requestsPerMinute: z.number().int().min(1).max(1e9).nullable().default(null),
  keys: limit('Keys'),
  inFlightPins: limit('Pin requests that wait at the same time'),
  priceGibMonth: price('Of a GiB held for a month'),
  priceGibSent: price('Of a GiB sent'),
  currency: z.string().regex(/^[A-Z]{3}$/, 'three capital letters, such as EUR').default('USD'),
})

const idShape = z.string().regex(/^[a-z0-9][a-z0-9-]{0,49}$/, 'small letters, digits and hyphens')
export const planShape = termsShape.extend({ id: idShape }).openapi('Plan')

const pageShape = z.object({
  words: z.string().max(10_000).openapi({ description: 'How to get more, as the admin wrote it' }),
  contact: z.string().max(500).openapi({ description: 'Whom to ask: an e-mail address or a URL' }),
})
const listShape = pageShape.extend({ plans: z.array(planShape), current: z.string().optional().openapi({ description: 'Of this account; absent: it has no limits' }) }).openapi('Plans')

const body = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } }, required: true })
const params = z.object({ id: idShape })

const list = createRoute({ method: 'get', path: '/plans', summary: 'What each plan gives and costs, and how to get more', responses: { 200: json(listShape, 'The smallest first'), ...problems } })
const put = createRoute({ method: 'put', path: '/admin/plans/{id}', summary: 'Make or change a plan (admin)', request: { params, body: body(termsShape) }, responses: { 200: json(planShape, 'As it is now'), ...problems } })
const remove = createRoute({ method: 'delete', path: '/admin/plans/{id}', summary: 'Remove a plan that no account has (admin)', request: { params }, responses: { 204: { description: 'Removed' }, ...problems } })
const setPage = createRoute({ method: 'put', path: '/admin/plans-page', summary: 'Say how to get more (admin)', request: { body: body(pageShape) }, responses: { 204: { description: 'Said' }, ...problems } })

export function planRoutes(routes: Api, { plans }: { plans: Plans }): void {
  routes.openapi(list, async (call) => {
    const { planId } = call.var.principal.account
    return call.json({ ...(await plans.page()), plans: plans.list().map(planView), current: planId }, 200)
  })
  for (const route of [put, setPage]) routes.openAPIRegistry.registerPath(route)
  routes.put('/admin/plans/:id', async (call) => {
    const plan = planOf(idOf(call.req.param('id')), await readBody(call, termsShape))
    await plans.put(call.var.principal, plan)
    return call.json(planView(plan), 200)
  })
  routes.openapi(remove, async (call) => {
    await plans.remove(call.var.principal, call.req.valid('param').id)
    return call.body(null, 204)
  })
  routes.put('/admin/plans-page', async (call) => {
    await plans.setPage(call.var.principal, await readBody(call, pageShape))
    return call.body(null, 204)
  })
}

function idOf(text: string): string {
  const { success, data } = idShape.safeParse(text)
  if (!success) throw fault('INVALID_REQUEST', { reason: 'the id of a plan has small letters, digits and hyphens' })
  return data
}

const millionths = 1e6

export function planView({ priceGibMonth, priceGibSent, ...plan }: Plan): z.infer<typeof planShape> {
  const { storageBytes = null, blocks = null, bandwidthBytes = null, requests = null, requestsPerMinute = null, keys = null, inFlightPins = null } = plan
  return { ...plan, storageBytes, blocks, bandwidthBytes, requests, requestsPerMinute, keys, inFlightPins, priceGibMonth: priceGibMonth / millionths, priceGibSent: priceGibSent / millionths }
}

function planOf(id: string, { name, words, currency, priceGibMonth, priceGibSent, ...limits }: z.infer<typeof termsShape>): Plan {
  const set = Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== null))
  return { id, name, words, currency, ...set, priceGibMonth: Math.round(priceGibMonth * millionths), priceGibSent: Math.round(priceGibSent * millionths) }
}
