import type { DagReplicas } from '../../ports/db/index.ts'

/** A node that has confirmed its copy. */
export interface KnownCopy {
  node: string
  peerId: string
  /** When it came to be as it is. */
  since: number
}

/** Those whose peer id is known. */
export function knownCopies(replicas: DagReplicas | undefined, peerIds: ReadonlyMap<string, string>): KnownCopy[] {
  return (replicas?.nodes ?? []).flatMap((node) => {
    const peerId = peerIds.get(node)
    return peerId === undefined ? [] : [{ node, peerId, since: replicas!.since }]
  })
}
