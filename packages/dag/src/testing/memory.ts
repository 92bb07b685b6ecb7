import type { CID } from 'multiformats/cid'
import type { Block } from '../block.ts'
import { canonicalCid } from '../cid/parse.ts'
import { DagError } from '../fault.ts'

/** Blocks in a map: a sink and a source for tests. */
export function memory() {
  const blocks = new Map<string, Block>()
  const reads: string[] = []
  return {
    blocks,
    reads,
    sink(block: Block): void {
      blocks.set(canonicalCid(block.cid), block)
    },
    async get(cid: CID): Promise<Uint8Array> {
      reads.push(canonicalCid(cid))
      const found = blocks.get(canonicalCid(cid))
      if (found === undefined) throw new DagError('DAG_INCOMPLETE', { reason: `no block ${cid}`, cid: cid.toString() })
      return found.bytes
    },
  }
}

export async function* streamOf(...arrays: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* arrays
}

/** `bytes` cut at the given lengths, used over and over. */
export async function* cut(bytes: Uint8Array, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const end = at + Math.max(1, lengths[i % lengths.length] ?? bytes.length)
    yield bytes.subarray(at, end)
    at = end
  }
}

export async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of source) items.push(item)
  return items
}

export async function gather(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  return Buffer.concat(await all(source))
}

/** The pattern of the known answers; it repeats after 16 MiB. */
export function pattern(length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  const period = Math.min(length, 1 << 24)
  for (let i = 0; i < period; i++) bytes[i] = (i * 31 + (i >> 8) * 17 + (i >> 16) * 7) & 255
  for (let at = period; at < length; at += period) bytes.copyWithin(at, 0, Math.min(period, length - at))
  return bytes
}
