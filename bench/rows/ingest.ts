import { join } from 'node:path'
import { buildFile, profiles } from '@thole/dag'
import { openDiskStore } from '../../packages/server/src/blocks/index.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { newBytes, sha256Rate, writeRate } from '../bytes.ts'
import { asStream } from '../cars.ts'
import { inTurn, rate, timed } from '../measure.ts'
import { shareRow, type Row } from '../row.ts'
import type { Sizes } from '../sizes.ts'

/** A large file within this process: to its CID, and durable in a block store. */
export async function ingest({ large, rounds }: Sizes): Promise<Row[]> {
  await using folder = await temporaryFolder()
  const store = await openDiskStore({ folder: join(folder.path, 'blocks') })
  try {
    const { thole: value, ...beside } = await inTurn(rounds, {
      sha256: () => sha256Rate(large),
      'write and fdatasync': () => writeRate(folder.path, large),
      thole: async () =>
        rate(large, await timed(async () => {
          await using writer = store.writer()
          await buildFile(asStream(newBytes(large)), profiles['unixfs-v1-2025'], (block) => writer.put(block))
          await writer.commit()
        })),
    })
    const slower = beside.sha256 < beside['write and fdatasync'] ? 'sha256' : 'write and fdatasync'
    return [shareRow({ id: 'ingest', value, unit: 'MB/s', beside }, 0.6, slower)]
  } finally {
    await store.close()
  }
}
