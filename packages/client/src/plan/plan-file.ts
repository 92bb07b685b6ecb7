import { BalancedTree, leafBytes, leafCodec, nameDigest, type Profile, type Subtree } from '@thole/dag/light'
import type { CID } from 'multiformats/cid'
import { sha256 } from '../sha256.ts'
import type { Content } from '../types.ts'
import { nodeBlock, type BlockList } from './block-list.ts'
import type { PlanOptions } from './plan.ts'

/** Chunks that are read and hashed at once. */
const ahead = 4

interface Leaf {
  cid: CID
  from: number
  span: number
  length: number
}

/** Names the blocks of a file as `buildFile` does, several chunks at once, and keeps where they are instead of what they hold. */
export async function planFile(content: Content, file: number, profile: Profile, list: BlockList, { onBytes, signal }: PlanOptions): Promise<Subtree> {
  const tree = new BalancedTree(profile, ({ cid, bytes }) => list.add(cid, nodeBlock(bytes)))
  const free: Uint8Array[] = []

  async function leafAt(from: number): Promise<Leaf> {
    const span = Math.min(profile.chunkBytes, content.size - from)
    const room = free.pop() ?? new Uint8Array(Math.min(profile.chunkBytes, content.size))
    const chunk = room.subarray(0, span)
    await content.read(chunk, from, signal)
    const bytes = leafBytes(profile, chunk)
    const cid = nameDigest(profile.cidVersion, leafCodec(profile), await sha256(bytes))
    free.push(room)
    return { cid, from, span, length: bytes.length }
  }

  const pending: Promise<Leaf>[] = []
  async function take(): Promise<void> {
    const { cid, from, span, length } = await pending.shift()!
    signal?.throwIfAborted()
    list.add(cid, { length, file, from, span })
    await tree.add({ cid, size: span, tsize: length })
    onBytes?.(span)
  }
  for (let from = 0; from === 0 || from < content.size; from += profile.chunkBytes) {
    if (pending.length === ahead) await take()
    const leaf = leafAt(from)
    leaf.catch(() => {}) // told when its turn comes
    pending.push(leaf)
  }
  while (pending.length > 0) await take()
  return tree.finish()
}
