import { setTimeout as sleep } from 'node:timers/promises'
import { canonicalCid } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import type { Copy, Replicas, ReplicaWish } from '../../ports/replicas.ts'
import { Refusal, unlessRefused } from '../service/breaker.ts'
import { formOf } from '../service/form.ts'
import { inTurns } from '../service/in-turns.ts'
import { openService, type ServiceOptions } from '../service/service.ts'
import { copiesOf, type PinInfo } from './copies.ts'

export interface ClusterOptions extends Omit<ServiceOptions, 'name'> {
  wanted: number
}

const name = 'IPFS Cluster'
/** What our pins are called there, so that pins of others can be told from them. */
const ours = 'thole'
const lookedAtOnce = 8
/** Milliseconds between two looks at a pin that is on its way: at first, and at most. */
const firstPause = 100
const longestPause = 1_000
/** Milliseconds in which a peer that was chosen has begun. */
const beginsWithin = 2_000
/** It connects to ten at most. */
const maxOrigins = 10

/**
 * An IPFS Cluster by its REST API: it chooses the peers, and each has its Kubo fetch the DAG from us. Where one of them cannot, the DAG is
 * sent through the cluster. A pin that somebody else made there is as good as ours, keeps its name, and is left alone when ours goes.
 */
export function clusterReplicas({ wanted, ...options }: ClusterOptions): Replicas {
  const service = openService({ ...options, name })
  const pathOf = (root: CID) => `/pins/${canonicalCid(root)}`

  const enough = (copies: readonly Copy[]) => copies.filter(({ state }) => state === 'confirmed').length >= wanted

  async function info(root: CID, signal: AbortSignal): Promise<PinInfo> {
    return (await service.one({ method: 'GET', path: pathOf(root), signal })) as PinInfo
  }

  const look = async (root: CID, signal: AbortSignal): Promise<Copy[]> => copiesOf(await info(root, signal))

  const pinOptions = ({ addresses }: ReplicaWish, pinName: string, least: number) => ({
    name: pinName,
    'replication-min': least,
    'replication-max': wanted,
    origins: addresses.slice(0, maxOrigins).join(',') || undefined,
  })

  /** Gives it to as many peers as are wanted; where there are not so many, to those that there are. Returns what it says then. */
  async function allocate<T>(run: (least: number) => Promise<T>): Promise<string | undefined> {
    try {
      await run(wanted)
      return undefined
    } catch (error) {
      if (!(error instanceof Refusal) || !/not enough peers/i.test(error.words)) throw error
      await run(1).catch((second: unknown) => {
        if (!(second instanceof Refusal)) throw second
      })
      return error.words
    }
  }

  /** Sends all of it through the cluster. */
  function send(wish: ReplicaWish, pinName: string): Promise<string | undefined> {
    return allocate((least) => {
      const body = formOf(wish.content(wish.signal), `${canonicalCid(wish.root)}.car`)
      return service.one({ method: 'POST', path: '/add', query: { ...pinOptions(wish, pinName, least), format: 'car' }, body, signal: wish.signal })
    })
  }

  /** Looks until enough have it, or none of those that it was given to goes on with it. */
  async function watch({ root, patience, signal }: ReplicaWish, sendIt: (() => Promise<unknown>) | undefined): Promise<Copy[]> {
    const started = performance.now()
    let isSent = sendIt === undefined
    for (let pause = firstPause; ; pause = Math.min(pause * 2, longestPause)) {
      await sleep(pause, undefined, { signal })
      const copies = await look(root, signal)
      if (enough(copies)) return copies
      if (!isSent && copies.some(({ state }) => state === 'failed')) {
        isSent = true
        await sendIt!()
        continue
      }
      const waited = performance.now() - started
      const isComing = waited < beginsWithin || copies.some(({ state }) => state === 'coming')
      if (!isComing || waited > patience) return copies
    }
  }

  return {
    async pin(wish) {
      const { root, addresses, signal } = wish
      const before = await info(root, signal)
      const copies = copiesOf(before)
      if (enough(copies)) return copies
      const pinName = isOthers(before) ? before.name : ours
      const canFetch = addresses.length > 0
      const isUnderWay = copies.filter(({ state }) => state === 'confirmed' || state === 'coming').length >= wanted
      let short: string | undefined
      if (!canFetch) short = await send(wish, pinName)
      else if (!isUnderWay) short = await allocate((least) => service.one({ method: 'POST', path: pathOf(root), query: pinOptions(wish, pinName, least), signal }))
      const found = await watch(wish, canFetch ? () => send(wish, pinName) : undefined)
      return short === undefined || enough(found) ? found : [...found, { node: name, state: 'failed', reason: short }]
    },

    async unpin(root, signal) {
      if (isOthers(await info(root, signal))) return
      try {
        await service.one({ method: 'DELETE', path: pathOf(root), signal })
      } catch (error) {
        if (!(error instanceof Refusal && /not part of the pinset/.test(error.words))) throw error
      }
    },

    look: (roots, signal) => inTurns(roots, lookedAtOnce, (root) => look(root, signal).catch(unlessRefused)),
    status: () => ({ driver: 'cluster', address: options.url, wanted, outage: service.outage() }),
    close: async () => service.close(),
  }
}

function isOthers({ name: pinName, peer_map: peers }: PinInfo): boolean {
  return pinName !== ours && Object.values(peers).some(({ status }) => status !== 'unpinned')
}
