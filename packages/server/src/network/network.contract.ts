import { multiaddr } from '@multiformats/multiaddr'
import { CID } from 'multiformats/cid'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Network } from '../ports/network.ts'
import { collect, noBlocks } from './testing/fetching.ts'

const somebody = '12D3KooWLqL3mgnW2uQqUWXcWqGXHz6q2w4h6UrUUTJq2cgoc2KD'
const cid = CID.parse('bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy')

/** What clients may send as origins; none of it leads anywhere. */
const badOrigins = [
  '', 'garbage', '/', '/ip4/not-an-ip/tcp/1/p2p/x', 'x'.repeat(100_000),
  `/ip4/127.0.0.1/tcp/1/p2p/${somebody}`,
  `/ip4/127.0.0.1/tcp/1`, `/p2p/${somebody}`, `/ip4/127.0.0.1/tcp/1/p2p/nobody`,
  `/ip4/127.0.0.1/udp/1/quic-v1/p2p/${somebody}`, `/dns4/example.invalid/tcp/443/tls/ws/p2p/${somebody}`,
  `/ip4/127.0.0.1/tcp/1/p2p/${somebody}/p2p-circuit/p2p/${somebody}`, `/dnsaddr/example.invalid/p2p/${somebody}`,
  `/dns4/name.invalid/tcp/1/p2p/${somebody}`, `/unknown-transport/1/p2p/${somebody}`,
]

/** What every driver of the network promises. */
export function networkContract(name: string, open: () => Promise<Network>): void {
  describe(`network: ${name}`, () => {
    let network: Network
    beforeEach(async () => {
      network = await open()
      await network.start(noBlocks)
    })
    afterEach(() => network.close())

    it('names one to twenty delegates that parse and end in a peer id', () => {
      const delegates = network.delegates()
      expect(delegates.length).toBeGreaterThanOrEqual(1)
      expect(delegates.length).toBeLessThanOrEqual(20)
      expect(new Set(delegates).size).toBe(delegates.length)
      for (const delegate of delegates) expect(multiaddr(delegate).getComponents().at(-1)?.name).toBe('p2p')
    })

    it('never fails because of an origin, and says of each why it is of no use', async () => {
      const session = network.fetch({ origins: badOrigins, signal: new AbortController().signal })
      session.want([cid])
      session.addOrigins(badOrigins)
      const settled = () => session.attempts().every(({ state }) => state !== 'dialling')
      await expect.poll(settled, { timeout: 15_000 }).toBe(true)
      const attempts = session.attempts()
      expect(attempts.map(({ address }) => address).toSorted()).toEqual(badOrigins.toSorted())
      for (const { state, reason } of attempts) {
        expect(state).toMatch(/^(failed|skipped)$/)
        expect(reason).toMatch(/\w+/)
      }
      await session.close()
    })

    it('ends the blocks when the session is closed, and then takes every call without effect', async () => {
      const session = network.fetch({ origins: [], signal: new AbortController().signal })
      session.want([cid])
      const reading = collect(session.blocks)
      await session.close()
      expect(await reading).toEqual([])
      session.want([cid])
      session.cancel([cid])
      session.addOrigins(badOrigins)
      await session.close()
      expect(session.window).toBeGreaterThanOrEqual(1)
    })

    it('ends the blocks when the signal aborts, before or after the start', async () => {
      expect(await collect(network.fetch({ origins: badOrigins, signal: AbortSignal.abort() }).blocks)).toEqual([])
      const controller = new AbortController()
      const reading = collect(network.fetch({ origins: [], signal: controller.signal }).blocks)
      controller.abort()
      expect(await reading).toEqual([])
    })

    it('announces nothing where the network is not public, and says so', async () => {
      for (const signal of [new AbortController().signal, AbortSignal.abort()]) {
        expect(await network.announce(cid, signal)).toEqual({ state: 'off', reason: expect.stringMatching(/\w+/) as string })
      }
    })

    it('ends every session when it is closed', async () => {
      const reading = collect(network.fetch({ origins: [], signal: new AbortController().signal }).blocks)
      await network.close()
      expect(await reading).toEqual([])
    })
  })
}
