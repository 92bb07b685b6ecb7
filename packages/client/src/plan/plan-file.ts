import { BalancedTree, leafBytes, leafCodec, nameDigest, type Profile, type Subtree } from '@thole/dag/light'
import type { CID } from 'multiformats/cid'
import { inOrder } from '../content/in-order.ts'
import { sha256 } from '../sha256.ts'
import type { Content } from '../types.ts'
import { nodeBlock, type BlockList } from './block-list.ts'
import type { PlanOptions } from './plan.ts'

/** Chunks that are hashed at once. */
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
  const source = inOrder(content, signal)
  const free: ArrayBuffer[] = []
  const pending: Promise<Leaf>[] = []

  async function nameLeaf(chunk: Uint8Array<ArrayBuffer>, from: number): Promise<Leaf> {
    const bytes = leafBytes(profile, chunk)
    const cid = nameDigest(profile.cidVersion, leafCodec(profile), await sha256(bytes))
    free.push(chunk.buffer)
    return { cid, from, span: chunk.length, length: bytes.length }
  }

  async function take(): Promise<void> {
    const { cid, from, span, length } = await pending.shift()!
    list.add(cid, { length, file, from, span })
    await tree.add({ cid, size: span, tsize: length })
    onBytes?.(span)
  }

  try {
    for (let from = 0; from === 0 || from < content.size; from += profile.chunkBytes) {
      signal?.throwIfAborted()
      if (pending.length === ahead) await take()
      const room = free.pop() ?? new ArrayBuffer(Math.min(profile.chunkBytes, content.size))
      const leaf = nameLeaf(await source.take(new Uint8Array(room, 0, Math.min(profile.chunkBytes, content.size - from))), from)
      leaf.catch(() => {}) // told when its turn comes
      pending.push(leaf)
    }
    while (pending.length > 0) await take()
    return await tree.finish()
  } finally {
    await source.close()
  }
}
