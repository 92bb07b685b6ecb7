import type { DagReplicas, Reader } from '../../ports/db/index.ts'

/** A node that has confirmed its copy. */
export interface KnownCopy {
  node: string
  peerId: string
  /** When it came to be as it is. */
  since: number
}

/** Of each, those whose peer id is known. Where there are none, nothing is looked up. */
export async function knownCopies(r: Pick<Reader, 'replicas'>, all: readonly (DagReplicas | undefined)[]): Promise<KnownCopy[][]> {
  const peerIds = all.some((replicas) => replicas && replicas.nodes.length > 0) ? await r.replicas.peerIds() : new Map<string, string>()
  return all.map((replicas) =>
    (replicas?.nodes ?? []).flatMap((node) => {
      const peerId = peerIds.get(node)
      return peerId === undefined ? [] : [{ node, peerId, since: replicas!.since }]
    }),
  )
}
