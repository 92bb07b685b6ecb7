import type { Block } from '@thole/dag'
import { afterEach, beforeEach, vi } from 'vitest'
import type { PeerAttempt } from '../../ports/network.ts'
import { createClient } from '../guest/client.ts'
import type { Client } from '../guest/client.ts'
import type { Fetch } from '../guest/fetch.ts'
import { createGateways } from '../guest/gateways/gateways.ts'
import type { Gateways } from '../guest/gateways/gateways.ts'
import { keyOfMultihash } from '../wire/block-key.ts'
import { startGateway } from './odd-gateway.ts'
import type { OddGateway } from './odd-gateway.ts'

/** The asking half of Bitswap with HTTP gateways alone, and two of these, fresh for each test. */
export interface Asking {
  honest: OddGateway
  odd: OddGateway
  client: Client
  gateways: Gateways
  /** Keys of blocks that arrived. */
  delivered: Set<string>
  /** The attempts as they were last told, by address. */
  rows: Map<string, PeerAttempt>
  /** Opens a fetch; `urls` are the gateways of the operator. */
  open(urls: readonly string[], options?: { root?: Block }): Fetch
  want(fetch: Fetch, blocks: readonly Block[]): void
  has(blocks: readonly Block[]): boolean
  /** Waits, while sockets do; where time is faked it goes on by so many milliseconds a turn. */
  becomes(holds: () => boolean, options?: { step?: number }): Promise<void>
}

export function useGateways(): Asking {
  const keys = (blocks: readonly Block[]) => blocks.map(({ cid }) => keyOfMultihash(cid.multihash.bytes))
  const asking = {
    open(urls, { root } = {}) {
      asking.gateways = createGateways({ client: asking.client, urls, dialPrivate: true })
      const fetch = asking.client.open(1)
      if (root !== undefined) fetch.root = keys([root])[0]
      asking.gateways.serve(fetch)
      return fetch
    },
    want: (fetch, blocks) => asking.client.want(fetch, blocks.map(({ cid }) => cid.bytes)),
    has: (blocks) => keys(blocks).every((key) => asking.delivered.has(key)),
    async becomes(holds, { step = 0 } = {}) {
      for (const end = performance.now() + 20_000; !holds(); ) {
        if (performance.now() > end) throw new Error(`did not become true: ${holds}, ${JSON.stringify([...asking.rows.values()])}`)
        if (step > 0) await vi.advanceTimersByTimeAsync(step)
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
  } as Asking

  beforeEach(async () => {
    ;[asking.honest, asking.odd] = await Promise.all([startGateway(), startGateway()])
    asking.delivered = new Set()
    asking.rows = new Map()
    asking.client = createClient({
      deliver: (_, key) => void asking.delivered.add(key),
      report: ({ rows }) => rows.forEach((row) => asking.rows.set(row.address, { ...row })),
      onLiar() {},
    })
  })
  afterEach(async () => {
    vi.useRealTimers()
    asking.client.stop()
    await Promise.all([asking.honest.stop(), asking.odd.stop()])
  })
  return asking
}
