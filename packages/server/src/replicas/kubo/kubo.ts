import { canonicalCid } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import type { Copy, Replicas, ReplicaWish } from '../../ports/replicas.ts'
import { Refusal, unlessRefused } from '../service/breaker.ts'
import { formOf } from '../service/form.ts'
import { openService, type ServiceOptions } from '../service/service.ts'
import { inTurns } from '../service/in-turns.ts'
import { stallGuard } from './stall-guard.ts'

export interface KuboOptions extends Omit<ServiceOptions, 'name'> {
  /** Milliseconds without progress after which it is sent what it could not fetch; default 5 s. */
  stall?: number
}

/** What our pins are called there, so that pins of others can be told from them. */
const ours = 'thole'
const node = 'Kubo'
/** Milliseconds in which it is to have connected to us. */
const connectMs = 3_000
const lookedAtOnce = 8

/**
 * One Kubo as the place of a second copy, by its RPC. It is asked to fetch a DAG from us; where it cannot, the DAG is sent to it. A pin
 * that somebody else made there is as good as ours, and is left alone when ours goes.
 */
export function kuboReplicas({ stall = 5_000, ...options }: KuboOptions): Replicas {
  const service = openService({ ...options, name: node })
  const rpc = (call: string, root: CID, query: Record<string, string | boolean> = {}) => ({ method: 'POST', path: `/api/v0/${call}`, query: { arg: canonicalCid(root), ...query } }) as const

  /** The name of its pin, '' where it has none; undefined where it is not pinned. */
  async function pinOf(root: CID, signal: AbortSignal): Promise<string | undefined> {
    try {
      const { Keys } = (await service.one({ ...rpc('pin/ls', root, { type: 'recursive', names: true }), signal })) as { Keys: Record<string, { Name?: string }> }
      return Object.values(Keys)[0]?.Name ?? ''
    } catch (error) {
      if (error instanceof Refusal && /is not pinned/.test(error.words)) return undefined
      throw error
    }
  }

  async function connect(addresses: readonly string[], signal: AbortSignal): Promise<boolean> {
    const within = AbortSignal.any([signal, AbortSignal.timeout(connectMs)])
    const tries = addresses.map((arg) => service.one({ method: 'POST', path: '/api/v0/swarm/connect', query: { arg }, signal: within }))
    return Promise.any(tries).then(() => true, () => false)
  }

  let peerId: Promise<string | undefined> | undefined
  /** It has it. Its peer id is asked for once. */
  async function confirmed(signal: AbortSignal): Promise<Copy> {
    const asked = (peerId ??= service.one({ method: 'POST', path: '/api/v0/id', signal }).then((answer) => (answer as { ID?: string }).ID, () => (peerId = undefined)))
    return { node, peerId: await asked, state: 'confirmed' }
  }

  /** True where it is pinned, false where it gets nowhere. */
  async function fetchThere(root: CID, signal: AbortSignal): Promise<boolean> {
    using guard = stallGuard(stall)
    try {
      for await (const line of service.ask({ ...rpc('pin/add', root, { progress: true, name: ours }), signal: AbortSignal.any([signal, guard.signal]) })) {
        const { Progress, Pins } = line as { Progress?: number; Pins?: string[] }
        if (Pins) return true
        guard.reached(Progress ?? 0)
      }
    } catch (error) {
      signal.throwIfAborted()
      if (!guard.signal.aborted && !(error instanceof Refusal)) throw error
    }
    return false
  }

  async function send({ root, content, signal }: ReplicaWish): Promise<Copy> {
    const body = formOf(content(signal), `${canonicalCid(root)}.car`)
    const answer = service.ask({ method: 'POST', path: '/api/v0/dag/import', query: { 'pin-roots': true }, body, signal })
    for await (const line of answer) {
      const { Root } = line as { Root?: { PinErrorMsg?: string } }
      if (Root?.PinErrorMsg) return { node, state: 'failed', reason: Root.PinErrorMsg }
    }
    // All is there now: this gives the pin its name.
    return (await fetchThere(root, signal)) ? confirmed(signal) : { node, state: 'failed', reason: 'took all blocks, and still cannot pin it' }
  }

  async function look(root: CID, signal: AbortSignal): Promise<Copy[]> {
    return [(await pinOf(root, signal)) === undefined ? { node, state: 'absent' } : await confirmed(signal)]
  }

  return {
    async pin(wish) {
      const { root, addresses, signal } = wish
      if ((await pinOf(root, signal)) !== undefined) return [await confirmed(signal)]
      if (addresses.length > 0 && (await connect(addresses, signal)) && (await fetchThere(root, signal))) return [await confirmed(signal)]
      return [await send(wish)]
    },

    async unpin(root, signal) {
      if ((await pinOf(root, signal)) !== ours) return
      try {
        await service.one({ ...rpc('pin/rm', root), signal })
      } catch (error) {
        if (!(error instanceof Refusal && /not pinned/.test(error.words))) throw error
      }
    },

    look: (roots, signal) => inTurns(roots, lookedAtOnce, (root) => look(root, signal).catch(unlessRefused)),
    status: () => ({ driver: 'kubo', address: options.url, wanted: 1, outage: service.outage() }),
    close: async () => service.close(),
  }
}
