import type { CID } from 'multiformats/cid'
import type { Block, BlockSink } from '../block.ts'
import { codecs } from '../cid/codecs.ts'
import { encodeLeafNode } from '../pb/leaf-node.ts'
import { BalancedTree } from './balanced-tree.ts'
import { Chunks } from './chunks.ts'
import { makeBlock } from './make-block.ts'
import type { Profile } from './profiles.ts'

export interface BuiltFile {
  cid: CID
  /** Content bytes. */
  size: number
  /** Cumulative bytes of the DAG, repeats counted. */
  tsize: number
  /** Blocks handed to the sink, repeats counted. */
  blocks: number
}

/**
 * Builds a UnixFS file from a stream, in memory O(depth × width) beside one chunk. Blocks come children first, the
 * root last. Leaves may be views of the source's arrays; the source may reuse an array when it is asked for the next one, if the
 * sink is done with the bytes of a block when it resolves.
 * @throws the signal's reason; what the source or the sink throws
 */
export async function buildFile(
  source: AsyncIterable<Uint8Array>,
  profile: Profile,
  sink: BlockSink,
  options: { signal?: AbortSignal } = {},
): Promise<BuiltFile> {
  let blocks = 0
  const emit = (block: Block): Promise<void> | void => {
    blocks++
    return sink(block)
  }
  const tree = new BalancedTree(profile, emit)
  const addChunk = async (chunk: Uint8Array): Promise<void> => {
    const leaf = makeBlock(profile.cidVersion, leafCodec(profile), leafBytes(profile, chunk))
    const emitted = emit(leaf)
    if (emitted !== undefined) await emitted
    const added = tree.add({ cid: leaf.cid, size: chunk.length, tsize: leaf.bytes.length })
    if (added !== undefined) await added
  }
  const chunks = new Chunks(profile.chunkBytes)
  for await (const bytes of source) {
    options.signal?.throwIfAborted()
    for (const chunk of chunks.push(bytes)) await addChunk(chunk)
  }
  options.signal?.throwIfAborted()
  const rest = chunks.rest()
  if (rest !== undefined) await addChunk(rest)
  return { ...(await tree.finish()), blocks }
}

/** The bytes of the leaf that holds a chunk. */
export function leafBytes({ rawLeaves }: Profile, chunk: Uint8Array): Uint8Array {
  return rawLeaves ? chunk : encodeLeafNode(chunk)
}

/** The codec of leaves. */
export function leafCodec({ rawLeaves }: Profile): typeof codecs.raw | typeof codecs.dagPb {
  return rawLeaves ? codecs.raw : codecs.dagPb
}
