import { canonicalCid, DagError, parseCid } from '@thole/dag'
import { UsageError } from './usage-error.ts'

/** A CID that somebody typed, bare or as `ipfs://…` or `/ipfs/…`, as text that is the same for each way to write it. @throws UsageError */
export function readCid(text: string): string {
  try {
    return canonicalCid(parseCid(text.replace(/^(ipfs:\/\/|\/ipfs\/)/, '')))
  } catch (error) {
    if (error instanceof DagError) throw new UsageError(`${error.message}.`)
    throw error
  }
}
