import { z } from '@hono/zod-openapi'
import { stepMs, type HistoryStep, type Span } from '../../domain/usage/index.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Plan, TrafficKind } from '../../ports/db/index.ts'
import { iso } from './shapes.ts'

export const historyQuery = z.object({
  from: z.union([z.iso.datetime({ offset: true }), z.iso.date()]).optional().openapi({ description: 'Default: 30 days before `to`, or 2 days where it is by hour' }),
  to: z.union([z.iso.datetime({ offset: true }), z.iso.date()]).optional().openapi({ description: 'Exclusive; default: now' }),
  by: z.enum(['hour', 'day']).optional().openapi({ description: 'In UTC; default: day' }),
  format: z.enum(['json', 'csv']).optional(),
})
export type HistoryQuery = z.infer<typeof historyQuery>

const trafficShape = z.object({ requests: z.number(), sent: z.number() })

export const historyShape = z
  .object({
    by: z.enum(['hour', 'day']),
    currency: z.string().optional(),
    total: z.object({ byteHours: z.number(), requests: z.number(), sent: z.number(), cost: z.number() }),
    steps: z.array(
      z.object({
        start: z.iso.datetime(),
        byteHours: z.number().openapi({ description: 'Bytes held, times the hours that they were' }),
        requests: z.number(),
        sent: z.number().openapi({ description: 'Bytes of bodies of responses, as far as they left' }),
        cost: z.number().openapi({ description: 'By the prices of the plan as it is today' }),
        api: trafficShape.optional(),
        upload: trafficShape.optional(),
        gateway: trafficShape.optional(),
        bitswap: trafficShape.optional(),
      }),
    ),
  })
  .openapi('UsageHistory')

type History = z.infer<typeof historyShape>

const defaultSteps = { hour: 48, day: 30 } as const

export function spanOf({ from, to, by: step = 'day' }: HistoryQuery, clock: Clock): Span {
  // A step that has begun is told too.
  const end = to === undefined ? clock.now() + 1 : Date.parse(to)
  return { from: from === undefined ? end - defaultSteps[step] * stepMs[step] : Date.parse(from), to: end, step }
}

export function historyView({ plan, steps }: { plan?: Plan; steps: readonly HistoryStep[] }, by: 'hour' | 'day'): History {
  const sum = (what: 'byteHours' | 'requests' | 'sent' | 'cost') => steps.reduce((total, step) => total + step[what], 0)
  const total = { byteHours: sum('byteHours'), requests: sum('requests'), sent: sum('sent'), cost: sum('cost') / 1e6 }
  return { by, currency: plan?.currency, total, steps: steps.map(({ at, traffic, byteHours, requests, sent, cost }) => ({ start: iso(at), byteHours, requests, sent, cost: cost / 1e6, ...traffic })) }
}

const kinds: readonly TrafficKind[] = ['api', 'upload', 'gateway', 'bitswap']

/** RFC 4180; one line a step. */
export function historyCsv({ currency, steps }: History): string {
  const head = ['start', 'byte_hours', 'requests', 'sent', ...kinds.flatMap((kind) => [`${kind}_requests`, `${kind}_sent`]), 'cost', 'currency']
  const lines = steps.map((step) => [step.start, step.byteHours, step.requests, step.sent, ...kinds.flatMap((kind) => [step[kind]?.requests ?? 0, step[kind]?.sent ?? 0]), step.cost, currency ?? ''])
  return [head, ...lines].map((cells) => `${cells.join(',')}\r\n`).join('')
}
