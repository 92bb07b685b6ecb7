import type { BlockRow } from '../../../ports/db/index.ts'

/** Bytes between two blocks that are read along rather than asked for apart. */
const maxGap = 64 << 10

/** How many rows from the first on lie behind each other in one segment, within so many bytes; the first counts whatever its size. */
export function runLength(rows: readonly (BlockRow | undefined)[], maxBytes: number): number {
  const first = rows[0]
  if (!first) return 0
  let end = first.position + first.bytes
  let count = 1
  for (; count < rows.length; count++) {
    const row = rows[count]
    if (!row || row.damaged || row.segment !== first.segment || row.position < end || row.position - end > maxGap) break
    if (row.position + row.bytes - first.position > maxBytes) break
    end = row.position + row.bytes
  }
  return count
}
