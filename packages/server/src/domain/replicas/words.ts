import { count } from '../../kernel/words.ts'
import type { DagReplicas, PinStatus } from '../../ports/db/index.ts'
import type { Copy, ReplicasStatus } from '../../ports/replicas.ts'

const shown = 3
const services = { kubo: 'Kubo', cluster: 'IPFS Cluster' }
const fates: Record<Exclude<Copy['state'], 'confirmed'>, string> = { coming: 'is fetching it', failed: 'could not fetch it', unreachable: 'does not answer', absent: 'does not have it' }

/** What a request of this status is told of the copies of its DAG; undefined where all is well, or where it does not wait for them. */
export function replicaWords(status: PinStatus, replicas: DagReplicas | undefined): string | undefined {
  if (replicas === undefined || status === 'failed') return undefined
  const { state, nodes, wanted, reason } = replicas
  if (state !== 'waiting' && state !== 'degraded') return undefined
  if (status !== 'pinned') return waitingWords(wanted, nodes.length, reason)
  const detail = reason === undefined ? '' : ` (${reason})`
  return state === 'degraded' ? `Pinned, but degraded: ${nodes.length} of ${count(wanted, 'replica')} confirmed${detail}. It is being replicated again.` : undefined
}

/** What a request waits for whose DAG is complete here. `detail`: what is known of those that lack. */
export function waitingWords(wanted: number, confirmed: number, detail?: string): string {
  return `Complete here; waiting for ${Math.max(wanted - confirmed, 1)} of ${count(wanted, 'replica')}${detail === undefined ? '' : ` (${detail})`}.`
}

/** The nodes that do not have it. What they say in their own words is for the log: it may name addresses. */
export function fatesInWords(copies: readonly Copy[]): string | undefined {
  const lacking = copies.flatMap(({ node, state }) => (state === 'confirmed' ? [] : [`${node} ${fates[state]}`]))
  if (lacking.length === 0) return undefined
  return lacking.slice(0, shown).join(', ') + (lacking.length > shown ? ` and ${lacking.length - shown} more` : '')
}

export function refusalInWords({ driver }: ReplicasStatus): string {
  return `${services[driver]} refuses; the log of this server says why`
}

export function outageInWords({ driver }: ReplicasStatus): string {
  return `${services[driver]} cannot be reached at the moment`
}
