import { CID } from 'multiformats/cid'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseAddress } from '../../addresses.ts'
import type { GatewayOrigin, Origin } from '../../addresses.ts'
import type { Fetch } from '../fetch.ts'
import { limits } from '../limits.ts'
import { slots } from '../slots.ts'
import type { Slots } from '../slots.ts'
import { recentAnswers } from './answers.ts'
import { deadline } from './deadline.ts'
import type { Provider, Router } from './router.ts'

/** Finds peers for fetches to which nobody gives what they want. */
export interface Seeker {
  /** Until the fetch is closed. `root`: of the DAG that is fetched. `patience`: milliseconds that its origins get before anybody else is asked. */
  seek(fetch: Fetch, options: { root?: CID; patience: number }): void
}

export interface SeekerOptions {
  routers: readonly Router[]
  dialPrivate: boolean
  /** These may have it: they become origins of the fetch. */
  onFound(fetch: Fetch, origins: (Origin | GatewayOrigin)[]): void
}

export function createSeeker({ routers, dialPrivate, onFound }: SeekerOptions): Seeker {
  const rooms = new Map<Router, Slots>(routers.map((router) => [router, slots(limits.lookupsPerRouter)]))
  const answers = recentAnswers()

  async function run(fetch: Fetch, root: CID | undefined, patience: number): Promise<void> {
    const take = taker(fetch)
    let pause: number = limits.seekFirst
    for (let round = 0; await becomesQuiet(fetch, round === 0 ? patience : limits.headStart); round++) {
      const before = fetch.delivered
      const targets = targetsOf(fetch, root)
      await Promise.all(routers.map((router) => look(fetch, router, targets, take)))
      await sleep(pause, undefined, { signal: fetch.closing.signal }).catch(() => {})
      pause = fetch.delivered > before ? limits.seekFirst : Math.min(pause * 2, limits.seekLast)
    }
  }

  /** Never throws: what came of it is a row of the attempts. */
  async function look(fetch: Fetch, router: Router, cids: readonly CID[], take: Take): Promise<void> {
    const before = fetch.delivered
    const found = new Set<string>()
    try {
      for (const cid of cids) {
        for (const { peerId } of await providersOf(fetch, router, cid, take)) found.add(peerId)
        if (fetch.delivered > before) break
      }
      fetch.book.router(router.name, 'answered', inWords(found.size))
    } catch (error) {
      if (!fetch.closing.signal.aborted) fetch.book.router(router.name, 'failed', (error as Error).message)
    }
  }

  async function providersOf(fetch: Fetch, router: Router, cid: CID, take: Take): Promise<readonly Provider[]> {
    const known = answers.get(router, cid)
    if (known !== undefined) {
      for (const provider of known) take(provider, router)
      return known
    }
    fetch.book.router(router.name, 'dialling', 'is being asked who has it')
    const leave = await (rooms.get(router) as Slots).take()
    try {
      fetch.closing.signal.throwIfAborted()
      const providers = await ask(fetch, router, cid, take)
      answers.keep(router, cid, providers)
      return providers
    } finally {
      leave()
    }
  }

  /** Those that are found are used at once; who looks on has enough when one of them delivers. */
  async function ask(fetch: Fetch, router: Router, cid: CID, take: Take): Promise<Provider[]> {
    const providers: Provider[] = []
    const before = fetch.delivered
    const enough = new AbortController()
    using late = deadline(limits.lookupTimeout)
    const watch = setInterval(() => providers.length > 0 && fetch.delivered > before && enough.abort(), limits.seekEvery)
    try {
      for await (const provider of router.findProviders(cid, AbortSignal.any([fetch.closing.signal, enough.signal, late.signal]))) {
        providers.push(provider)
        take(provider, router)
        if (providers.length >= limits.providersPerLookup) break
      }
    } catch (error) {
      if (fetch.closing.signal.aborted || (providers.length === 0 && !late.signal.aborted)) throw error
      if (providers.length === 0) throw new Error(`no answer within ${limits.lookupTimeout / 1000} seconds`)
    } finally {
      clearInterval(watch)
    }
    return providers
  }

  /** Takes each address of each provider once for this fetch, and a bounded number. */
  function taker(fetch: Fetch): Take {
    const seen = new Set<string>()
    return ({ peerId, addresses }, router) => {
      const whole = addresses.slice(0, limits.addressesPerProvider).map((address) => (address.includes('/p2p/') ? address : `${address}/p2p/${peerId}`))
      const fresh = whole.filter((address) => !seen.has(address))
      if (seen.has(peerId) && fresh.length === 0) return
      if (seen.size + fresh.length >= limits.foundPerFetch) return
      for (const name of [peerId, ...fresh]) seen.add(name)
      fetch.origins.add(peerId) // it may be connected already
      const parsed = fresh.map((address) => parseAddress(address, { dialPrivate }))
      const usable = parsed.filter((one): one is Origin | GatewayOrigin => !('skipped' in one))
      if (usable.length > 0) return onFound(fetch, usable)
      const why = parsed.find((one) => 'skipped' in one)?.skipped ?? 'it has no known address'
      fetch.book.mark(`/p2p/${peerId}`, peerId, 'skipped', `${router.name} names it, but ${why}`)
    }
  }

  return {
    seek(fetch, { root, patience }) {
      if (routers.length === 0) return
      // Said at once, so that nobody gives the fetch up before anybody was asked.
      for (const { name } of routers) fetch.book.router(name, 'dialling', 'is asked where nobody else has it')
      void run(fetch, root, patience)
    },
  }
}

type Take = (provider: Provider, router: Router) => void

/** The root; then a block of it that nobody asked so far has, or where the root is here, one that is wanted. */
function targetsOf(fetch: Fetch, root: CID | undefined): CID[] {
  const [first] = fetch.wants.values()
  const block = fetch.parked.find((want) => want.fetches.has(fetch)) ?? first
  const cids = root === undefined ? [] : [root]
  if (block !== undefined && !root?.equals(CID.decode(block.cid))) cids.push(CID.decode(block.cid))
  return cids
}

/** Resolves to true when it wants something and has got nothing for so long; to false when it is closed. */
async function becomesQuiet(fetch: Fetch, patience: number): Promise<boolean> {
  let since = Date.now()
  for (let seen = fetch.delivered; !fetch.closing.signal.aborted; ) {
    if (fetch.wants.size === 0 || fetch.delivered !== seen) {
      since = Date.now()
      seen = fetch.delivered
    } else if (Date.now() - since >= patience) return true
    await sleep(limits.seekEvery, undefined, { signal: fetch.closing.signal }).catch(() => {})
  }
  return false
}

function inWords(providers: number): string {
  if (providers === 0) return 'nobody provides it'
  return providers === 1 ? '1 provider found' : `${providers} providers found`
}
