import { CidSet, identityBytes, isLeaf, linksToFollow, type Block } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import type { Connection } from '../../http/connection.ts'
import { carSource, type CarSource } from '../../read/car-source.ts'
import type { KeptCar } from './kept-car.ts'

/**
 * Every block below a root once, a node before what it links to, each checked against its CID; those that are kept already are passed over. It
 * ends only when nothing is missing.
 * @throws TholeError where a block cannot be had
 */
export async function* dagBlocks(connection: Connection, root: CID, { kept, signal }: { kept?: Pick<KeptCar, 'has' | 'node'>; signal: AbortSignal }): AsyncGenerator<Block> {
  let source: CarSource | undefined
  /** The first CAR begins where the first block is missing. */
  const fetched = (cid: CID) => (source ??= carSource(connection, { path: `ipfs/${cid}`, scope: 'all', isOnce: true }, { retries: connection.retries, signal })).get(cid)
  const walked = new CidSet()
  const waiting: CID[] = [root]
  try {
    for (let cid = waiting.pop(); cid !== undefined; cid = waiting.pop()) {
      if (!walked.add(cid.code, cid.multihash.bytes)) continue
      const inline = identityBytes(cid)
      const isKept = !inline && kept?.has(cid)
      if (isKept && isLeaf(cid)) continue
      const bytes = inline ?? (isKept ? await kept!.node(cid) : await fetched(cid))
      if (!inline && !isKept) yield { cid, bytes }
      // The first is taken first, as gateways send them.
      if (!isLeaf(cid)) waiting.push(...linksToFollow(cid, bytes).reverse())
    }
  } finally {
    await source?.close()
  }
}
