import { join } from 'node:path'
import { CidSet, directoryBuilder, markDag, profiles, buildFile, type Block } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { openDiskStore } from '../../packages/server/src/blocks/index.ts'
import type { BlockStore } from '../../packages/server/src/ports/block-store.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { newRuns } from '../bytes.ts'
import { asStream, tinyLeaves } from '../cars.ts'
import { median, timed } from '../measure.ts'
import { leastRow, type Row } from '../row.ts'
import type { Sizes } from '../sizes.ts'

/** Marking a large DAG in a disk store, as reclaim does: one of few wide nodes, and one of many small folders. */
export async function walk({ blocks, rounds }: Sizes): Promise<Row[]> {
  await using folder = await temporaryFolder()
  const store = await openDiskStore({ folder: join(folder.path, 'blocks') })
  try {
    const file = await stored(store, (sink) => tinyLeaves(blocks, sink))
    // With their folders they are about as many blocks.
    const folders = await stored(store, (sink) => smallFolders(blocks * 0.98, sink))
    return [
      leastRow({ id: 'walk.file', value: await markRate(store, file, rounds), unit: 'blocks/s' }, 500_000),
      leastRow({ id: 'walk.folders', value: await markRate(store, folders, rounds), unit: 'blocks/s' }, 500_000),
    ]
  } finally {
    await store.close()
  }
}

interface Built {
  root: CID
  blocks: number
}

async function stored(store: BlockStore, build: (sink: (block: Block) => Promise<void>) => Promise<Built>): Promise<Built> {
  await using writer = store.writer()
  const built = await build((block) => writer.put(block))
  await writer.commit()
  return built
}

/** So many tiny files, a hundred a folder. */
async function smallFolders(count: number, sink: (block: Block) => Promise<void>): Promise<Built> {
  const profile = profiles['unixfs-v1-2025']
  const directory = directoryBuilder(profile)
  const fileBytes = 100
  let files = 0
  for (const piece of newRuns(count, fileBytes)) {
    for (let at = 0; at < piece.length; at += fileBytes, files++) {
      const path = `folder ${Math.floor(files / 10_000)}/${Math.floor(files / 100)}/${files}`
      directory.add(path, await buildFile(asStream([piece.subarray(at, at + fileBytes)]), profile, sink))
    }
  }
  const { cid, blocks: nodes } = await directory.finish(sink)
  return { root: cid, blocks: files + nodes }
}

async function markRate(store: BlockStore, { root, blocks }: Built, rounds: number): Promise<number> {
  const rates: number[] = []
  for (let round = 0; round < rounds; round++) {
    await using run = await store.reclaim()
    let marked = 0
    const mark = (hashes: readonly Uint8Array[]) => {
      marked += hashes.length
      return run.mark(hashes)
    }
    const seconds = await timed(() => markDag(root, new CidSet(), { mark, get: (cid) => store.get(cid.multihash.bytes) }))
    if (marked !== blocks) throw new Error(`marked ${marked} of ${blocks} blocks`)
    rates.push(blocks / seconds)
  }
  return median(rates)
}
