import { join } from 'node:path'
import { temporaryFolder } from '../../test/support/folder.ts'
import { kuboProgram, noKubo } from '../../test/support/kubo.ts'
import { startServer } from '../../test/support/server.ts'
import { sha256Rate } from '../bytes.ts'
import { carType, writeCar } from '../cars.ts'
import { secondsOfKubo } from '../kubo.ts'
import { inTurn, rate } from '../measure.ts'
import { leftOut, shareRow, type Row } from '../row.ts'
import { fileBody, secondsToSend } from '../send.ts'
import type { Sizes } from '../sizes.ts'

/** A large CAR over HTTP: every hash checked, durable before the answer. */
export async function car({ large, rounds }: Sizes): Promise<Row[]> {
  if (!kuboProgram) return leftOut('car', noKubo!)
  await using folder = await temporaryFolder()
  const server = await startServer()
  try {
    const file = join(folder.path, 'large.car')
    const headers = { authorization: `Bearer ${await server.createKey()}` }
    let length = 0
    const kubo = (sync: boolean) => async () => rate(large, await secondsOfKubo({ sync, path: 'dag/import?stats=false' }, fileBody(carType, file, length)))
    const { thole: value, ...beside } = await inTurn(rounds, {
      async sha256() {
        length = await writeCar(file, large)
        return sha256Rate(large)
      },
      thole: async () => rate(large, await secondsToSend(`${server.url}/api/v1/uploads`, fileBody(carType, file, length), headers)),
      kubo: kubo(false),
      'kubo sync': kubo(true),
    })
    return [shareRow({ id: 'car', value, unit: 'MB/s', beside }, 1.3, 'kubo sync', '0.4 of sha256')]
  } finally {
    await server.stop()
  }
}
