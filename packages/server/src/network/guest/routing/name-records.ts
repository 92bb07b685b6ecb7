import type { FoundRecords, NameRouting } from '../../../ports/name-routing.ts'
import { limits } from '../limits.ts'
import { slots } from '../slots.ts'
import { deadline } from './deadline.ts'
import type { RecordKeeper } from './dht-records.ts'

/** Asks and tells all who keep records, a bounded number at once. Never throws. */
export function nameRecords(keepers: readonly RecordKeeper[], { timeout = limits.nameTimeout }: { timeout?: number } = {}): NameRouting {
  const room = slots(limits.names)

  async function all<T>(ask: (keeper: RecordKeeper, signal: AbortSignal) => Promise<T>): Promise<{ answers: T[]; failures: string[] }> {
    const leave = await room.take()
    const late = deadline(timeout)
    try {
      const settled = await Promise.allSettled(keepers.map((keeper) => ask(keeper, late.signal)))
      const answers = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
      const failures = settled.flatMap((one, i) => (one.status === 'rejected' ? [`${keepers[i]!.name}: ${late.signal.aborted ? 'no answer in time' : (one.reason as Error).message}`] : []))
      return { answers, failures }
    } finally {
      late[Symbol.dispose]()
      leave()
    }
  }

  return {
    async find(name): Promise<FoundRecords> {
      if (keepers.length === 0) return { state: 'off', reason: 'neither the DHT nor a router is used' }
      const { answers, failures } = await all((keeper, signal) => keeper.find(name, signal))
      const records = answers.flat().filter((record) => record.length <= limits.maxRecord)
      if (records.length > 0) return { state: 'found', records: records.slice(0, limits.recordsPerName) }
      if (answers.length === 0) return { state: 'off', reason: `the network could not be asked (${failures.join('; ')})` }
      return { state: 'none', reason: ['the network has no record of it', ...failures].join('; ') }
    },

    async publish(name, record) {
      if (keepers.length === 0) return { state: 'off', reason: 'neither the DHT nor a router is used' }
      const { answers, failures } = await all((keeper, signal) => keeper.publish(name, record, signal))
      if (answers.length > 0) return { state: 'told', peers: answers.reduce((sum, peers) => sum + peers, 0) }
      return { state: 'failed', reason: failures.join('; ') }
    },
  }
}
