import type { PinRequestView } from '../../ports/db/index.ts'
import { discreetAttempts, discreetWords } from '../access/index.ts'

/** Without the addresses that other accounts named as origins of the same DAG. */
export function forItsOwner(request: PinRequestView): PinRequestView {
  const { fetch, damage, reason, origins } = request
  return {
    ...request,
    reason: reason && discreetWords(reason, origins),
    fetch: fetch && { ...fetch, reason: discreetWords(fetch.reason, origins), attempts: discreetAttempts(fetch.attempts, origins) },
    damage: damage && { ...damage, reason: damage.reason && discreetWords(damage.reason, origins) },
  }
}
