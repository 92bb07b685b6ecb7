import { fault } from '../../kernel/faults.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Call } from '../edge.ts'
import type { Limits } from './limits.ts'
import { tokenBuckets } from './token-buckets.ts'

/** Whoever sends something without a key passes here, by whatever door. Returns whom it counts for. Fault RATE_LIMITED. */
export type AddressGate = (call: Call) => string

/** Addresses that are counted. */
const maxBuckets = 20_000

/** `perMinute`: from one address; 0: any number. */
export function createAddressGate({ limits, perMinute, clock }: { limits: Pick<Limits, 'addressOf'>; perMinute: number; clock: Clock }): AddressGate {
  const rate = tokenBuckets({ capacity: perMinute || Number.MAX_SAFE_INTEGER, maxBuckets, clock })
  return (call) => {
    const client = limits.addressOf(call)
    const level = rate.take(client)
    if (!level.ok) throw fault('RATE_LIMITED', { seconds: Math.ceil(level.nextIn / 1000) })
    return client
  }
}
