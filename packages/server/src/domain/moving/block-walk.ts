import { type Block, CidSet, codecs, identityBytes, isInline, isLeaf, linksToFollow, takeTurns } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { PendingCids } from '../check/index.ts'
import { toFault } from '../../kernel/faults.ts'
import type { BlockStore } from '../../ports/block-store.ts'

/** Why a block that belongs to a DAG does not come along. */
export type Lack = 'absent' | 'damaged' | 'blocked'

export interface WalkParts {
  blocks: Pick<BlockStore, 'getRun'>
  /** Default: nothing is. */
  isBlocked?: (cid: CID) => boolean
  signal: AbortSignal
  /** Blocks after which those that were given may be given again, with another root. Default: never. */
  maxKnown?: number
}

export interface BlockWalk {
  /**
   * What is here below a root and was not given before, some blocks at a time: each block once over all roots, whatever the codecs that
   * lead to it. `isWhole`: nothing should be missing. Tells what lacks, each time that it is met.
   */
  below(root: CID, options: { isWhole: boolean; onLack: (cid: CID, why: Lack) => void }): AsyncGenerator<Block[]>
}

/** Blocks that are asked for at once, and bytes of one read. */
const atOnce = 256
const maxRun = 2 << 20

/** Memory: 16 to 32 bytes a block that was given, and a CID's bytes for each link that is still to be followed. */
export function openBlockWalk({ blocks, isBlocked = () => false, signal, maxKnown = Infinity }: WalkParts): BlockWalk {
  /** Blocks that were given, by multihash alone. */
  let given = new CidSet()
  /** Nodes whose links were followed; apart, since below those of a partial DAG something may be missing. */
  let whole = new CidSet()
  let partial = new CidSet()

  const isGiven = ({ multihash }: CID) => given.has(codecs.raw, multihash.bytes)
  const isDone = (cid: CID, isWhole: boolean) =>
    isLeaf(cid) ? isInline(cid) || isGiven(cid) : whole.has(cid.code, cid.multihash.bytes) || (!isWhole && partial.has(cid.code, cid.multihash.bytes))

  const turn = takeTurns()

  async function read(cids: readonly CID[]): Promise<Uint8Array[] | Lack> {
    try {
      const run = await blocks.getRun(cids.map(({ multihash }) => multihash.bytes), { signal, maxBytes: maxRun })
      return run.length > 0 ? run : 'absent'
    } catch (error) {
      if (toFault(error).code !== 'BLOCK_DAMAGED') throw error
      return 'damaged'
    }
  }

  return {
    async *below(root, { isWhole, onLack }) {
      if (given.size > maxKnown) [given, whole, partial] = [new CidSet(), new CidSet(), new CidSet()]
      const pending = new PendingCids()
      pending.push(root)
      let asked: CID[] = []

      /** The next to be read; those that carry their bytes are followed at once. */
      async function ahead(): Promise<readonly CID[]> {
        asked = asked.filter((cid) => !isDone(cid, isWhole))
        while (asked.length === 0 && pending.count > 0) {
          for (let cid = pending.pop(); cid !== undefined; cid = asked.length < atOnce ? pending.pop() : undefined) {
            const pause = turn()
            if (pause) await pause
            if (isDone(cid, isWhole)) continue
            const inline = identityBytes(cid)
            if (isBlocked(cid)) onLack(cid, 'blocked')
            else if (inline) follow(cid, inline)
            else asked.push(cid)
          }
        }
        return asked
      }

      function follow(cid: CID, bytes: Uint8Array): void {
        ;(isWhole ? whole : partial).add(cid.code, cid.multihash.bytes)
        // The first is taken first.
        for (const link of linksIn(cid, bytes).reverse()) if (!isDone(link, isWhole)) pending.push(link)
      }

      async function take(cids: readonly CID[], run: readonly Uint8Array[]): Promise<Block[]> {
        const found: Block[] = []
        for (const [i, bytes] of run.entries()) {
          const pause = turn()
          if (pause) await pause
          const cid = cids[i]!
          if (given.add(codecs.raw, cid.multihash.bytes)) found.push({ cid, bytes })
          if (!isLeaf(cid)) follow(cid, bytes)
        }
        return found
      }

      // The next run is read while the taker has this one.
      const next = () => {
        const reading = readNext()
        reading.catch(() => undefined)
        return reading
      }
      const readNext = async () => {
        signal.throwIfAborted()
        const cids = await ahead()
        return cids.length > 0 ? { cids, run: await read(cids) } : undefined
      }
      let reading = next()
      for (let got = await reading; got !== undefined; got = await reading) {
        const { cids, run } = got
        if (typeof run === 'string') {
          if (isWhole || run === 'damaged') onLack(cids[0]!, run)
          asked = cids.slice(1)
          reading = next()
        } else {
          const found = await take(cids, run)
          asked = cids.slice(run.length)
          reading = next()
          if (found.length > 0) yield found
        }
      }
    },
  }
}

/** A block that cannot be decoded leads nowhere. */
function linksIn(cid: CID, bytes: Uint8Array): CID[] {
  try {
    return linksToFollow(cid, bytes)
  } catch {
    return []
  }
}
