import type { Block } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import type { Target } from './target.ts'

/** Bytes of the blocks of one request: what an interrupted import has to send again at most. */
export const partBytes = 256 * 1024 * 1024

export interface Sent {
  blocks: number
  bytes: number
  /** The uploads that hold them. */
  uploads: string[]
}

/** Sends a stream of verified blocks in parts, one after the other. */
export async function sendBlocks(target: Target, root: CID, blocks: AsyncIterable<Block>, options: { signal: AbortSignal; onBytes?: (bytes: number) => void; limit?: number }): Promise<Sent> {
  const { signal, onBytes, limit = partBytes } = options
  const source = blocks[Symbol.asyncIterator]()
  const sent: Sent = { blocks: 0, bytes: 0, uploads: [] }
  let next = await source.next()

  async function* part(): AsyncGenerator<Block> {
    for (let bytes = 0; !next.done && bytes < limit; next = await source.next()) {
      const block = next.value
      bytes += block.bytes.length
      sent.blocks++
      sent.bytes += block.bytes.length
      onBytes?.(block.bytes.length)
      yield block
    }
  }

  try {
    while (!next.done) sent.uploads.push(await target.send(root, part(), signal))
    return sent
  } catch (error) {
    // Where the server is gone, they stay; they are listed there.
    await removeUploads(target, sent).catch(() => {})
    throw error
  } finally {
    await source.return?.()
  }
}

/** What a pin request holds needs no upload any more. */
export async function removeUploads(target: Target, { uploads }: Pick<Sent, 'uploads'>): Promise<void> {
  for (const id of uploads) await target.removeUpload(id)
}
