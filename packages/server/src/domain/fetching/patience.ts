import type { NetworkStatus, PeerAttempt } from '../../ports/network.ts'

/** No block for so long: a fetch ends and says why. */
const stallMs = 30_000
/** The same where none has come at all, and no router is being asked who has it, nor a gateway that may have to look for it. */
const silentMs = 10_000
/** The same where there is nobody to wait for: others are to have the place. */
const hopelessMs = 600
/** The same where everybody who is connected said that it is not there. */
const refusedMs = 1_000
const backoffMs = [2_000, 5_000, 15_000, 60_000, 300_000, 900_000, 1_800_000, 3_600_000]
/** Where there is nobody to ask: a new origin or peer has it tried at once. */
const idleMs = [60_000, 300_000, 900_000, 3_600_000]
const outageMs = 15_000

/** What was got so far, and what is waited for. */
export interface Waiting {
  fetched: number
  waitingFor: number
}

/** Whether a fetch that came no further for `quiet` milliseconds is to be given up for now. While the network is away, nobody is late. */
export function isStalled(quiet: number, attempts: readonly PeerAttempt[], { driver, state }: NetworkStatus, { fetched, waitingFor }: Waiting): boolean {
  if (driver !== 'none' && state !== 'running') return false
  const isAsking = attempts.some(({ kind, state: of }) => kind !== undefined && of === 'dialling')
  if (quiet > (fetched > 0 || isAsking ? stallMs : silentMs)) return true
  const open = attempts.filter((attempt) => attempt.state === 'dialling' || attempt.state === 'connected')
  if (open.length === 0) return quiet > hopelessMs
  return quiet > refusedMs && open.every((attempt) => attempt.state === 'connected' && attempt.missing >= waitingFor)
}

/** Milliseconds to the next try, after so many. */
export function backoff(tries: number): number {
  return step(backoffMs, tries)
}

/** The same where nobody could be asked. */
export function idleBackoff(tries: number): number {
  return step(idleMs, tries)
}

/** The same where this server could not look. Spread, so that not all come at once when it can. */
export function outageBackoff(): number {
  return outageMs * (1 + Math.random())
}

function step(steps: readonly number[], tries: number): number {
  return steps[Math.min(Math.max(tries, 1), steps.length) - 1]!
}
