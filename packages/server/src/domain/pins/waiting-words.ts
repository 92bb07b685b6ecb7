import type { PinRequestView } from '../../ports/db/index.ts'
import type { PeerAttempt } from '../../ports/network.ts'

/** What a request that is not `pinned` waits for and when it is tried again, or why it failed. */
export function reasonOf({ status, reason, fetch }: PinRequestView, now: number): string | undefined {
  if (status === 'pinned' || status === 'failed') return reason
  // Until the first report of a fetch that has just begun.
  if (fetch === undefined) return reason ?? (status === 'pinning' ? 'Fetching has begun.' : undefined)
  if (fetch.nextTry === undefined) return fetch.reason
  return `${fetch.reason} ${fetch.nextTry > now ? `Next try at ${timeInWords(fetch.nextTry, now)}.` : 'It is tried again as soon as it is its turn.'}`
}

/** How one peer, gateway or router fared: `12D3… (connected: 3 blocks, lacks 2)`. */
export function attemptInWords({ address, state, reason, blocks, missing }: PeerAttempt): string {
  const facts = [blocks > 0 && `${blocks} blocks`, missing > 0 && `lacks ${missing}`, reason].filter((fact) => typeof fact === 'string')
  return `${address} (${facts.length > 0 ? `${state}: ${facts.join(', ')}` : state})`
}

const day = 86_400_000

/** `18:40:05 UTC`; with its date where that is far away. */
function timeInWords(time: number, now: number): string {
  const [date, clock] = new Date(time).toISOString().split('T')
  const words = `${clock!.slice(0, 8)} UTC`
  return time - now < day ? words : `${date} ${words}`
}
