import type { NetworkStatus, PeerAttempt } from '../../ports/network.ts'

/** No block for so long: a fetch ends and says why. */
const stallMs = 30_000
/** The same where there is nobody to wait for: others are to have the place. */
const hopelessMs = 900
const backoffMs = [2_000, 5_000, 15_000, 60_000, 300_000, 900_000]

/** Whether a fetch that got no block for `quiet` milliseconds is to be given up for now. */
export function isStalled(quiet: number, attempts: readonly PeerAttempt[], network: NetworkStatus): boolean {
  return quiet > stallMs || (quiet > hopelessMs && isHopeless(attempts, network))
}

/** Milliseconds to the next try, after so many. */
export function backoff(attempts: number): number {
  return backoffMs[Math.min(Math.max(attempts, 1), backoffMs.length) - 1]!
}

/** Ends early, and well, when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
}

/** Nobody is connected, and nobody is being dialled. */
function isHopeless(attempts: readonly PeerAttempt[], { state }: NetworkStatus): boolean {
  const settled = attempts.every((attempt) => attempt.state === 'failed' || attempt.state === 'skipped' || attempt.state === 'lost')
  return settled && (state === 'running' || state === 'off')
}
