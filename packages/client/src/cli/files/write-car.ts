import { open } from 'node:fs/promises'
import { carFrame, carHeader, type Block } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { dagBlocks } from './dag-blocks.ts'
import { keptCar } from './kept-car.ts'
import { ownFile, type WriteOptions } from './write-file.ts'

/** Frames that are written at once. */
const batchBytes = 1 << 20

/** Writes all below a root as a CARv1, every block checked. What an earlier run wrote is checked, too, and not fetched again. */
export async function writeCar(path: string, root: CID, { connection, signal, onBytes }: WriteOptions): Promise<{ bytes: number; blocks: number }> {
  await using file = await open(path, ownFile, 0o600)
  const kept = await keptCar(file, root, signal)
  await file.truncate(kept.end)
  onBytes(kept.end)
  let at = kept.end
  let blocks = kept.blocks
  let batch: Uint8Array[] = at === 0 ? [carHeader([root])] : []
  let held = 0
  const write = async () => {
    const bytes = Buffer.concat(batch)
    for (let from = 0; from < bytes.length; ) from += (await file.write(bytes, from, bytes.length - from, at + from)).bytesWritten
    at += bytes.length
    onBytes(bytes.length)
    batch = []
    held = 0
  }
  try {
    for await (const block of dagBlocks(connection, root, { kept, signal })) {
      batch.push(...carFrame(block))
      held += block.bytes.length
      blocks++
      if (held >= batchBytes) await write()
    }
  } finally {
    await write()
  }
  await file.sync()
  return { bytes: at, blocks }
}

/** The same as it comes, for what cannot be gone back in. */
export async function* carPieces(root: CID, blocks: AsyncIterable<Block>): AsyncGenerator<Uint8Array> {
  yield carHeader([root])
  for await (const block of blocks) yield* carFrame(block)
}
