import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '../../test/support/folder.ts'
import { runCommand, startServer, type TestServer } from '../../test/support/server.ts'
import { carType, writeCar } from '../cars.ts'
import { copySeconds } from '../copy.ts'
import { inTurn, rate, timed } from '../measure.ts'
import { mostRow, shareRow, type Row } from '../row.ts'
import { fileBody, secondsToSend } from '../send.ts'
import type { Sizes } from '../sizes.ts'

/** `tholed backup` beside a server, from the start of the command to its end: the first, beside a plain copy; and a second, when nothing is new. */
export async function backup({ large, rounds }: Sizes): Promise<Row[]> {
  await using folder = await temporaryFolder()
  const [car, copied, backups] = ['large.car', 'copy', 'backups'].map((name) => join(folder.path, name)) as [string, string, string]
  let server: TestServer | undefined
  try {
    const length = await writeCar(car, large)
    server = await startServer({ THOLE_NETWORK: 'none' })
    const headers = { authorization: `Bearer ${await server.createKey()}` }
    await secondsToSend(`${server.url}/api/v1/uploads`, fileBody(carType, car, length), headers)
    const { env } = server
    const { first, copy, again } = await inTurn(rounds, {
      async first() {
        await rm(backups, { recursive: true, force: true })
        return rate(large, await timed(() => runCommand(['backup', backups], env)))
      },
      copy: async () => rate(large, copySeconds(car, copied)),
      again: () => timed(() => runCommand(['backup', backups], env)),
    })
    return [
      shareRow({ id: 'backup', value: first, unit: 'MB/s', beside: { copy } }, 0.4, 'copy'),
      mostRow({ id: 'backup-again', value: again, unit: 's' }, 3),
    ]
  } finally {
    await server?.stop()
  }
}
