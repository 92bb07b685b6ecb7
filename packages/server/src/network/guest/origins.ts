import type { Libp2p } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import type { Origin } from '../addresses.ts'
import type { Fetch } from './fetch.ts'
import { keepConnected } from './keeper.ts'
import type { KeepOptions } from './keeper.ts'
import { createKnocks } from './knocks.ts'
import { limits } from './limits.ts'
import { slots } from './slots.ts'
import type { Slots } from './slots.ts'

/** Keeps connected whom the fetches and the operator name. */
export interface Origins {
  /** Peers that stay connected as long as the process lives. */
  keep(origins: readonly Origin[]): void
  /** Peers that stay connected as long as the fetch lives. */
  follow(fetch: Fetch, origins: readonly Origin[]): void
  /** Whether somebody named this peer. */
  names(peerId: string): boolean
}

export interface OriginsOptions extends Pick<KeepOptions, 'dialPrivate' | 'whyBanned'> {
  libp2p: Libp2p
  /** Nobody has needed this peer for a while. */
  onIdle(peerId: string): void
}

/** More than the DHT gives to its own (`kad-close`: 50). */
const namedValue = 100

export function createOrigins({ libp2p, onIdle, ...rules }: OriginsOptions): Origins {
  const needed = new Map<string, number>() // peer id → how many need it
  const rooms = new WeakMap<Fetch, Slots>()
  const knocks = createKnocks()

  function need(peerId: string): void {
    const before = needed.get(peerId) ?? 0
    needed.set(peerId, before + 1)
    if (before === 0) tag(peerId, { value: namedValue })
  }

  function release(peerId: string): void {
    const left = (needed.get(peerId) ?? 1) - 1
    if (left > 0) return void needed.set(peerId, left)
    needed.delete(peerId)
    tag(peerId, undefined)
    setTimeout(() => needed.has(peerId) || onIdle(peerId), limits.idleConnection)
  }

  /** Where there are too many connections, libp2p ends those of the least value. */
  function tag(peerId: string, named: { value: number } | undefined): void {
    libp2p.peerStore.merge(peerIdFromString(peerId), { tags: { named } }).catch(() => {})
  }

  async function keep(origins: readonly Origin[], options: Pick<KeepOptions, 'mark' | 'signal' | 'room'>): Promise<void> {
    const peers = Map.groupBy(origins, (origin) => origin.peerId)
    await Promise.all(
      [...peers].map(async ([peerId, addresses]) => {
        need(peerId)
        await keepConnected(libp2p, addresses, { ...rules, ...options, knocks })
        release(peerId)
      }),
    )
  }

  return {
    names: (peerId) => needed.has(peerId),
    keep(origins) {
      void keep(origins, { mark: () => {}, signal: new AbortController().signal, room: slots(limits.dialsPerFetch) })
    },
    follow(fetch, origins) {
      const room = rooms.get(fetch) ?? slots(limits.dialsPerFetch)
      rooms.set(fetch, room)
      const peerOf = new Map(origins.map(({ address, peerId }) => [address, peerId]))
      for (const peerId of peerOf.values()) fetch.origins.add(peerId)
      void keep(origins, {
        room,
        signal: fetch.closing.signal,
        mark: (address, state, reason) => fetch.book.mark(address, peerOf.get(address) ?? address, state, reason),
      })
    },
  }
}
