import type { SingleKadDHT } from '@libp2p/kad-dht'
import { limits } from '../limits.ts'
import { deadline } from './deadline.ts'

/** Where records of IPNS names are kept for others. */
export interface RecordKeeper {
  /** In words for a person. */
  readonly name: string
  /** Records for this name (multihash), unchecked; none where nobody has one. Throws where nobody could be asked. */
  find(name: Uint8Array, signal: AbortSignal): Promise<Uint8Array[]>
  /** How many took it. Throws where nobody did. */
  publish(name: Uint8Array, record: Uint8Array, signal: AbortSignal): Promise<number>
}

/** What libp2p is to do with records: the house alone can tell which are true, and which is the newest. */
export const recordRules = {
  validators: { ipns: () => {} },
  selectors: {
    // Before peers that have another one are sent "corrections".
    ipns: () => {
      throw new Error('the choice is made elsewhere')
    },
  },
}

/** The DHT as a place of records. `connected` throws where nobody is known. */
export function dhtRecords(connected: () => SingleKadDHT): RecordKeeper {
  return {
    name: 'DHT',

    async find(name, signal) {
      const found: Uint8Array[] = []
      let answers = 0
      const late = new AbortController()
      let timer: NodeJS.Timeout | undefined
      try {
        for await (const event of connected().get(keyOf(name), { signal: AbortSignal.any([signal, late.signal]) })) {
          if (event.name !== 'PEER_RESPONSE') continue
          answers++
          if (event.record === undefined) continue
          found.push(event.record.value)
          // Further peers may have a newer one; they get a moment.
          timer ??= setTimeout(() => late.abort(), limits.recordGather)
          if (found.length === limits.recordsPerName) break
        }
      } catch (error) {
        if (found.length === 0 && answers === 0) throw error
      } finally {
        clearTimeout(timer)
      }
      if (answers === 0) throw new Error('no peer of the DHT answered')
      return found
    },

    async publish(name, record, signal) {
      let took = 0
      using late = deadline(limits.announceTimeout)
      try {
        for await (const event of connected().put(keyOf(name), record, { signal: AbortSignal.any([signal, late.signal]) })) {
          if (event.name === 'PEER_RESPONSE' && event.messageName === 'PUT_VALUE' && event.record !== undefined) took++
        }
      } catch (error) {
        if (took === 0) throw error
      }
      if (took === 0) throw new Error('no peer of the DHT took it')
      return took
    },
  }
}

/** IPNS record specification, "Routing record". */
function keyOf(name: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from('/ipns/'), name])
}
