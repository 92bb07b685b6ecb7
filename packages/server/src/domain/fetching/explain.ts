import { count } from '../../kernel/words.ts'
import type { NetworkStatus, PeerAttempt } from '../../ports/network.ts'
import { spelt } from '../access/index.ts'

const shown = 3

/** What a fetch waits for. */
export interface Lacking {
  /** Whether the root block is here. */
  hasRoot: boolean
  /** Blocks asked for and not here yet. */
  waitingFor: number
}

/** Why a fetch waits, in words for the person who waits: what was tried, and what would help. */
export function explain(attempts: readonly PeerAttempt[], network: NetworkStatus, { hasRoot, waitingFor }: Lacking): string {
  if (network.driver === 'none') return 'This server does not use the network (THOLE_NETWORK=none); upload the content instead.'
  if (network.state !== 'running') return networkIsAway
  const missing = hasRoot ? `Not here yet: ${count(waitingFor, 'block')}` : 'The root block is not here'
  if (attempts.length === 0) return `${missing}, and there is nobody to ask: name an address that has the content in "origins", or connect to one of the delegates.`
  const routers = answersOf(attempts.filter(({ kind }) => kind === 'router'))
  const peers = attempts.filter(({ kind }) => kind !== 'router')
  const connected = peers.filter(({ state }) => state === 'connected')
  const failed = peers.filter(isLost)
  if (connected.length > 0) {
    const lacking = connected.filter(({ missing: lacks }) => lacks > 0).length
    const answer = lacking > 0 ? `${lacking} of them said that it is not there` : 'no answer yet'
    return `${missing}; asked ${count(connected.length, 'peer')}: ${answer}.${list([...connected.filter(({ reason }) => reason), ...failed])}${routers}`
  }
  if (peers.length === 0) return `${missing}, and nobody is known who has it.${routers}`
  if (failed.length === peers.length) return `${missing}, and no origin could be reached.${list(failed)}${routers}`
  return `${missing}; connecting to ${count(peers.length, 'address', 'addresses')}.${routers}`
}

/** Could not look is never: is not there. */
export const networkIsAway = 'The network process is being started; nobody can be asked until then.'
export const storageIsFull = 'The storage of this server is full; fetching goes on when there is room.'
export const memoryIsFull = 'Other large DAGs are being fetched, and together they are more than this server remembers at a time; this one goes on after them.'

function isLost({ state }: PeerAttempt): boolean {
  return state === 'failed' || state === 'skipped' || state === 'lost'
}

function list(failed: readonly PeerAttempt[]): string {
  if (failed.length === 0) return ''
  const lines = failed.slice(0, shown).map((attempt) => `${spelt(attempt)} (${attempt.reason ?? 'failed'})`)
  const more = failed.length > shown ? ` and ${failed.length - shown} more` : ''
  return ` Could not use ${lines.join(', ')}${more}.`
}

function answersOf(routers: readonly PeerAttempt[]): string {
  if (routers.length === 0) return ''
  return ` Asked who has it: ${routers.slice(0, shown).map(({ address, state, reason }) => `${address} (${reason ?? state})`).join(', ')}.`
}
