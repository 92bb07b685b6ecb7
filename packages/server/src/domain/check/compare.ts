import { canonicalCid } from '@thole/dag'
import { count } from '../../kernel/words.ts'
import type { DagAudit } from '../../ports/db/index.ts'
import type { Measured } from './walker.ts'

/** Where a row contradicts what refers to it. */
export function compareHolders({ state, holders, pins, pinned, uploads, counted }: DagAudit): string[] {
  const found: string[] = []
  if (holders !== pins + uploads) found.push(`the row counts ${count(holders, 'holder')}, and ${count(pins, 'pin request')} and ${count(uploads, 'upload')} hold it`)
  if (counted !== holders) found.push(`the row counts ${count(holders, 'holder')}, and accounts are charged as if there were ${counted}`)
  if (pinned > 0 && state === 'partial') found.push(`${count(pinned, 'pin request')} of it ${pinned === 1 ? 'is' : 'are'} pinned, and the row calls it partial`)
  return found
}

/** Where the row of a complete DAG contradicts what is stored. */
export function compareComplete({ bytes, blocks }: DagAudit, found: Measured): string[] {
  const { missing, firstMissing, damaged } = found
  if (missing > 0) return [`the row calls it complete, and ${count(missing, 'block')} of it ${missing === 1 ? 'is' : 'are'} missing (first: ${canonicalCid(firstMissing!)})`]
  // What lies below a damaged node is not known.
  if (damaged > 0 || (bytes === found.bytes && blocks === found.blocks)) return []
  return [`the row says ${count(blocks ?? 0, 'block')} of ${count(bytes ?? 0, 'byte')}, stored are ${count(found.blocks, 'block')} of ${count(found.bytes, 'byte')}`]
}

/** Where the row of a partial DAG contradicts what is stored; undefined where the numbers agree. */
export function comparePartial({ missingCount }: DagAudit, { missing, damaged }: Measured): string[] | undefined {
  if (damaged > 0) return []
  if (missing === 0) return ['every block of it is here, and the row calls it partial']
  if (missing === missingCount) return undefined
  return [`the row says that ${count(missingCount, 'block')} of it ${missingCount === 1 ? 'is' : 'are'} missing, and ${missing.toLocaleString('en')} ${missing === 1 ? 'is' : 'are'}`]
}
