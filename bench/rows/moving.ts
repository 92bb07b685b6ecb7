import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '../../test/support/folder.ts'
import { runCommand, startServer, type TestServer } from '../../test/support/server.ts'
import { carType, writeCar } from '../cars.ts'
import { copySeconds } from '../copy.ts'
import { inTurn, rate, timed } from '../measure.ts'
import { shareRow, type Row } from '../row.ts'
import { fileBody, secondsToSend } from '../send.ts'
import type { Sizes } from '../sizes.ts'

/** A server that moves: `tholed export` beside it and `tholed import` alone, each from the start of the command to its end. */
export async function moving({ large, rounds }: Sizes): Promise<Row[]> {
  await using folder = await temporaryFolder()
  const [car, exported, imported] = ['large.car', 'export', 'imported'].map((name) => join(folder.path, name)) as [string, string, string]
  let server: TestServer | undefined
  try {
    const { export: exporting, copy, import: importing, ingest } = await inTurn(rounds, {
      async ingest() {
        await server?.stop()
        for (const path of [exported, imported]) await rm(path, { recursive: true, force: true })
        server = await startServer({ THOLE_NETWORK: 'none' })
        const headers = { authorization: `Bearer ${await server.createKey()}` }
        const length = await writeCar(car, large)
        return rate(large, await secondsToSend(`${server.url}/api/v1/uploads`, fileBody(carType, car, length), headers))
      },
      copy: async () => rate(large, copySeconds(car, join(folder.path, 'copy'))),
      export: async () => rate(large, await timed(() => runCommand(['export', exported], server!.env))),
      import: async () => rate(large, await timed(() => runCommand(['import', exported], { ...server!.env, THOLE_DATA: imported }))),
    })
    return [
      shareRow({ id: 'export', value: exporting, unit: 'MB/s', beside: { copy } }, 0.5, 'copy'),
      shareRow({ id: 'import', value: importing, unit: 'MB/s', beside: { ingest } }, 0.7, 'ingest'),
    ]
  } finally {
    await server?.stop()
  }
}
