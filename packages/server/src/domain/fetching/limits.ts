import { fault, type Fault } from '../../kernel/faults.ts'
import { bytesInWords } from '../../kernel/words.ts'

/** What one DAG may be, to be fetched; 0: no limit. */
export interface FetchLimits {
  /** Distinct blocks. */
  maxBlocks: number
  /** Bytes of those. */
  maxBytes: number
  /** Links between the root and a block, on the way on which it is met first. */
  maxDepth: number
}

export const noLimits: FetchLimits = { maxBlocks: 0, maxBytes: 0, maxDepth: 0 }

export function checkLimits(limits: FetchLimits, { blocks, bytes, depth }: { blocks: number; bytes: number; depth: number }): void {
  const { maxBlocks, maxBytes, maxDepth } = limits
  if (maxBlocks > 0 && blocks > maxBlocks) throw beyond(`it has more than ${maxBlocks.toLocaleString('en')} blocks (THOLE_MAX_DAG_BLOCKS)`, maxBlocks)
  if (maxBytes > 0 && bytes > maxBytes) throw beyond(`it has more than ${bytesInWords(maxBytes)} (THOLE_MAX_DAG_BYTES)`, maxBytes)
  if (maxDepth > 0 && depth > maxDepth) throw beyond(`its links lead more than ${maxDepth.toLocaleString('en')} blocks deep (THOLE_MAX_DAG_DEPTH)`, maxDepth)
}

function beyond(reason: string, limit: number): Fault {
  return fault('DAG_LIMIT', { reason, limit })
}
