import { count } from '../../kernel/words.ts'
import type { NetworkStatus, PeerAttempt } from '../../ports/network.ts'
import type { FetchProgress } from './fetch-walk.ts'

const shown = 3

/** Why a fetch waits, in words for the person who waits: what was tried, and what would help. */
export function explain(attempts: readonly PeerAttempt[], network: NetworkStatus, progress: FetchProgress): string {
  if (network.driver === 'none') return 'This server does not use the network (THOLE_NETWORK=none); upload the content instead.'
  if (network.state !== 'running') return 'The network process is being started.'
  const missing = progress.hasRoot ? `Not here yet: ${count(progress.waitingFor, 'block')}` : 'The root block is not here'
  const connected = attempts.filter(({ state }) => state === 'connected')
  const failed = attempts.filter(({ state }) => state === 'failed' || state === 'skipped' || state === 'lost')
  if (attempts.length === 0) return `${missing}, and there is nobody to ask: name an address that has the content in "origins".`
  if (connected.length > 0) {
    const lacking = connected.filter(({ missing: lacks }) => lacks > 0).length
    const answer = lacking > 0 ? `${lacking} of them said that it is not there` : 'no answer yet'
    return `${missing}; asked ${count(connected.length, 'peer')}: ${answer}.${list(failed)}`
  }
  if (failed.length === attempts.length) return `${missing}, and no origin could be reached.${list(failed)}`
  return `${missing}; connecting to ${count(attempts.length, 'address', 'addresses')}.`
}

function list(failed: readonly PeerAttempt[]): string {
  if (failed.length === 0) return ''
  const lines = failed.slice(0, shown).map(({ address, reason }) => `${address} (${reason ?? 'failed'})`)
  const more = failed.length > shown ? ` and ${failed.length - shown} more` : ''
  return ` Could not use ${lines.join(', ')}${more}.`
}
