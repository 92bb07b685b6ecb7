import { type BlockSource, type Entry, readFile } from '@thole/dag'
import { toFault } from '../../kernel/faults.ts'
import { typeByName } from './media-types.ts'
import { sniffLength, typeByBytes } from './sniff.ts'

export interface ContentTypes {
  /** By name where that tells, else by the first bytes. */
  of(entry: Entry, name: string, signal: AbortSignal): Promise<string>
}

/** What was sniffed is remembered: it cannot change, and a range in the middle then needs no look at the beginning. */
export function contentTypes(source: BlockSource, maxRemembered = 4096): ContentTypes {
  const remembered = new Map<string, string>()

  async function sniff(entry: Entry, signal: AbortSignal): Promise<string> {
    const key = entry.cid.toString()
    const known = remembered.get(key)
    if (known !== undefined) return known
    const head = entry.kind === 'raw' ? entry.bytes : await firstBytes(source, entry, signal)
    if (head === undefined) return 'application/octet-stream'
    const type = typeByBytes(head)
    if (remembered.size >= maxRemembered) remembered.delete(remembered.keys().next().value!)
    remembered.set(key, type)
    return type
  }

  return {
    of: async (entry, name, signal) => typeByName(name) ?? sniff(entry, signal),
  }
}

/** undefined where the first block is missing: that may not matter to a range further on. */
async function firstBytes(source: BlockSource, entry: Entry, signal: AbortSignal): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of readFile(source, entry, { to: Math.min(sniffLength, entry.size ?? 0), signal })) chunks.push(chunk)
  } catch (error) {
    if (toFault(error).code === 'NOT_FOUND') return undefined
    throw error
  }
  return Buffer.concat(chunks)
}
