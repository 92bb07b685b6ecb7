import type { PeerAttempt } from '../../ports/network.ts'

const shown = 20
const maxAddress = 256
const order: readonly PeerAttempt['state'][] = ['connected', 'lost', 'failed', 'answered', 'dialling', 'skipped']

/** The attempts that are worth telling, those that brought most first. */
export function shownAttempts(attempts: readonly PeerAttempt[]): PeerAttempt[] {
  const sorted = attempts.toSorted((a, b) => b.blocks - a.blocks || order.indexOf(a.state) - order.indexOf(b.state))
  return sorted.slice(0, shown).map((attempt) => ({ ...attempt, address: attempt.address.slice(0, maxAddress), reason: attempt.reason?.slice(0, maxAddress) }))
}
