import type { Config } from '../config/config.ts'
import type { Replicas } from '../ports/replicas.ts'
import { clusterReplicas, kuboReplicas } from '../replicas/index.ts'

/** The configured nodes that keep copies, or none. Nothing is asked of them yet. */
export function openReplicas({ replicas }: Config): Replicas | undefined {
  if (replicas === undefined) return undefined
  const { driver, ...options } = replicas
  return driver === 'kubo' ? kuboReplicas(options) : clusterReplicas(options)
}

/** "2, by IPFS Cluster at http://…" */
export function replicasInWords({ driver, wanted, url }: NonNullable<Config['replicas']>): string {
  return `${wanted}, by ${driver === 'kubo' ? 'Kubo' : 'IPFS Cluster'} at ${url}`
}
