import { connect } from '../../../http/connection.ts'
import type { Item, Source } from '../item.ts'

/** PSA §PinStatus, as far as it is kept. */
interface PinStatus {
  requestid: string
  created: string
  pin: { cid: string; name?: string | null; origins?: string[] | null; meta?: Record<string, string> | null }
  delegates?: string[] | null
}

export interface PinningServiceOptions {
  /** Where `/pins` is, like `https://api.example.org/psa`. */
  endpoint: string
  token: string
  statuses: readonly string[]
}

const pageSize = 1000
/** PSA §Origins: what a request may name; the rows' own go first. */
const maxOrigins = 20

/** The rows of a pinning service, newest first, each with who has its bytes: its origins, and the service's delegates. */
export function pinningService({ endpoint, token, statuses }: PinningServiceOptions): Source {
  const service = connect({ url: endpoint, key: token })
  const page = (limit: number, signal: AbortSignal, before?: string) =>
    service.json<{ count: number; results: PinStatus[] }>('pins', { query: { limit, status: statuses.join(','), before }, signal })

  return {
    from: endpoint,
    total: async (signal) => (await page(1, signal)).count,
    async *items(signal) {
      let before: string | undefined
      let seen = new Set<string>()
      for (;;) {
        const { results } = await page(pageSize, signal, before)
        const fresh = results.filter(({ requestid }) => !seen.has(requestid))
        for (const row of fresh) yield itemOf(row)
        if (results.length === 0 || (fresh.length === 0 && before === results.at(-1)!.created)) return
        // Rows of the same moment may stand on both sides of the page's edge: a little of it is asked for again, unless all of it was known.
        const last = results.at(-1)!.created
        before = fresh.length === 0 ? last : justAfter(last)
        seen = new Set(results.map(({ requestid }) => requestid))
      }
    },
  }
}

function itemOf({ requestid, pin: { cid, name, origins, meta }, delegates }: PinStatus): Item {
  const all = [...new Set([...(origins ?? []), ...(delegates ?? [])])].slice(0, maxOrigins)
  return { id: requestid, label: cid, from: { wish: { cid, name: name ?? undefined, meta: meta ?? undefined, origins: all.length > 0 ? all : undefined } } }
}

/** The next millisecond: some services tell finer times than they compare. */
function justAfter(created: string): string {
  const ms = Date.parse(created)
  return Number.isNaN(ms) ? created : new Date(ms + 1).toISOString()
}
