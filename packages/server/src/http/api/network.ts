import { createRoute, z } from '@hono/zod-openapi'
import type { Providing, ProvidingState } from '../../domain/providing/index.ts'
import type { NetworkStatus } from '../../ports/network.ts'
import type { Api } from './router.ts'
import { iso, json, problems } from './shapes.ts'

const providingShape = z
  .object({
    off: z.string().optional().openapi({ description: 'Why nothing is announced, in words; absent where it is' }),
    rate: z.number().openapi({ description: 'Announcements a second, at most' }),
    perMinute: z.number().openapi({ description: 'Announcements of the last minute' }),
    backlog: z.object({
      roots: z.number().openapi({ description: 'Roots that are due' }),
      isMore: z.boolean().openapi({ description: 'There are more than were counted' }),
      since: z.iso.datetime().optional().openapi({ description: 'Since when the longest waiting is due' }),
    }),
    next: z.iso.datetime().optional().openapi({ description: 'When the next root is due, where none is now' }),
    last: z.iso.datetime().optional(),
    announced: z.number().openapi({ description: 'Announcements so far' }),
    failed: z.number(),
    failing: z
      .array(z.object({ cid: z.string(), tries: z.number(), reason: z.string().optional(), next: z.iso.datetime() }))
      .openapi({ description: 'Roots whose last announcement failed, the first ten' }),
  })
  .openapi('Providing')

const shape = z
  .object({
    driver: z.enum(['none', 'embedded']),
    state: z.enum(['off', 'starting', 'running', 'restarting']),
    peerId: z.string().optional(),
    addresses: z.array(z.string()),
    peers: z.number(),
    dht: z.number().optional().openapi({ description: 'Peers of the DHT that are known; absent where it is not used' }),
    restarts: z.number().openapi({ description: 'How often the network process was started again' }),
    providing: providingShape,
  })
  .openapi('Network')

const get = createRoute({ method: 'get', path: '/network', summary: 'How the network is, and what it was told of (admin)', responses: { 200: json(shape, 'At this moment'), ...problems } })

export interface NetworkParts {
  providing: Providing
  network: () => NetworkStatus
}

export function networkRoutes(routes: Api, { providing, network }: NetworkParts): void {
  routes.openapi(get, async (call) => {
    const state = await providing.state(call.var.principal)
    const { driver, state: is, peerId, addresses, peers, dht, restarts } = network()
    return call.json({ driver, state: is, peerId, addresses, peers, dht, restarts, providing: providingView(state) }, 200)
  })
}

function providingView({ off, rate, perMinute, backlog, next, last, told, failed, failing }: ProvidingState): z.infer<typeof providingShape> {
  const time = (at: number | undefined) => (at === undefined ? undefined : iso(at))
  return {
    off,
    rate,
    perMinute,
    backlog: { ...backlog, since: time(backlog.since) },
    next: time(next),
    last: time(last),
    announced: told,
    failed,
    failing: failing.map(({ dag, tries, error, due }) => ({ cid: dag, tries, reason: error, next: iso(due) })),
  }
}
