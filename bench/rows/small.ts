import { temporaryFolder } from '../../test/support/folder.ts'
import { startServer } from '../../test/support/server.ts'
import { syncRate } from '../bytes.ts'
import { requestRate } from '../load.ts'
import { inTurn } from '../measure.ts'
import { leastRow, type Row } from '../row.ts'
import type { Sizes } from '../sizes.ts'

const connections = 16

/** Uploads of 4 KiB, each durable before its answer. */
export async function small({ seconds, rounds }: Sizes): Promise<Row[]> {
  await using folder = await temporaryFolder()
  const server = await startServer()
  try {
    const headers = { authorization: `Bearer ${await server.createKey()}` }
    const { thole: value, 'fdatasync of 4 KiB': syncs } = await inTurn(rounds, {
      'fdatasync of 4 KiB': () => syncRate(folder.path),
      thole: () => requestRate({ url: `${server.url}/api/v1/uploads`, connections, seconds, headers, post: 4096 }),
    })
    return [leastRow({ id: 'small', value, unit: 'req/s', beside: { 'fdatasync of 4 KiB': syncs } }, Math.min(2000, (connections * syncs) / 2))]
  } finally {
    await server.stop()
  }
}
