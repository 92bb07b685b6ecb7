import { NotFoundError } from '@libp2p/interface'
import type { PeerId } from '@libp2p/interface'
import type { Libp2pOptions } from 'libp2p'

type Datastore = NonNullable<Libp2pOptions['datastore']>
type Key = Parameters<Datastore['get']>[0]
interface Pair {
  key: Key
  value: Uint8Array
}

/**
 * Where libp2p keeps what it knows of peers. Each query of the DHT brings more of them, so those that were heard of longest ago are forgotten.
 */
export interface PeerMemory extends Datastore {
  readonly size: number
  /** Who is never forgotten. */
  spare(peers: () => readonly PeerId[]): void
}

/** What the DHT was told by us it would keep here too; the house has it. */
const records = '/dht/record/'

/** Forgets `slack` at a time. */
export function peerMemory({ max = 8192, slack = 512 } = {}): PeerMemory {
  const pairs = new Map<string, Pair>()
  let spared = (): readonly PeerId[] => []

  function forget(): void {
    const kept = new Set(spared().map((peer) => `/peers/${peer.toCID()}`))
    for (const name of pairs.keys()) {
      if (pairs.size <= max - slack) return
      if (!kept.has(name)) pairs.delete(name)
    }
  }

  const memory: PeerMemory = {
    get size() {
      return pairs.size
    },
    spare: (peers) => void (spared = peers),

    has: (key) => pairs.has(key.toString()),
    get(key) {
      const pair = pairs.get(key.toString())
      if (pair === undefined) throw new NotFoundError()
      return pair.value
    },
    put(key, value) {
      const name = key.toString()
      if (name.startsWith(records)) return key
      pairs.delete(name)
      pairs.set(name, { key, value })
      if (pairs.size > max) forget()
      return key
    },
    delete: (key) => void pairs.delete(key.toString()),

    *query({ prefix = '', filters = [], orders = [], offset = 0, limit = Infinity }) {
      let found: Pair[] = []
      for (const [name, pair] of pairs) if (name.startsWith(prefix) && filters.every((fits) => fits(pair))) found.push(pair)
      for (const order of orders) found = found.toSorted(order)
      yield* found.slice(offset, offset + limit)
    },
    *queryKeys({ prefix = '', filters = [], orders = [], offset = 0, limit = Infinity }) {
      let found: Key[] = []
      for (const [name, { key }] of pairs) if (name.startsWith(prefix) && filters.every((fits) => fits(key))) found.push(key)
      for (const order of orders) found = found.toSorted(order)
      yield* found.slice(offset, offset + limit)
    },

    async *putMany(source) {
      for await (const { key, value } of source) yield memory.put(key, value)
    },
    async *getMany(source) {
      for await (const key of source) yield { key, value: await memory.get(key) }
    },
    async *deleteMany(source) {
      for await (const key of source) {
        await memory.delete(key)
        yield key
      }
    },
    batch() {
      const steps: (() => unknown)[] = []
      return {
        put: (key, value) => void steps.push(() => memory.put(key, value)),
        delete: (key) => void steps.push(() => memory.delete(key)),
        commit: () => steps.splice(0).forEach((step) => step()),
      }
    },
  }
  return memory
}
