import { kuboProgram, noKubo } from '../../test/support/kubo.ts'
import { startServer } from '../../test/support/server.ts'
import { newFiles } from '../bytes.ts'
import { carType, directoryCar } from '../cars.ts'
import { secondsOfKubo } from '../kubo.ts'
import { inTurn } from '../measure.ts'
import { leftOut, shareRow, type Row } from '../row.ts'
import { formOf, memoryBody, secondsToSend, type Body } from '../send.ts'
import type { Sizes } from '../sizes.ts'

/** Many small files as one directory: as a CAR, and as a form. Kubo's answers beside it are not durable, but for those of `sync`. */
export async function directory({ files: count, rounds }: Sizes): Promise<Row[]> {
  if (!kuboProgram) return leftOut('directory.car, directory.form', noKubo!)
  const server = await startServer()
  try {
    const headers = { authorization: `Bearer ${await server.createKey()}` }
    const compare = async (id: string, makeBody: () => Promise<Body>, path: string, goal: number): Promise<Row> => {
      let body: Body
      const kubo = (sync: boolean) => async () => count / (await secondsOfKubo({ sync, path }, body))
      const { thole: value, ...beside } = await inTurn(rounds, {
        async thole() {
          body = await makeBody()
          return count / (await secondsToSend(`${server.url}/api/v1/uploads`, body, headers))
        },
        kubo: kubo(false),
        'kubo sync': kubo(true),
      })
      return shareRow({ id, value, unit: 'files/s', beside }, goal, 'kubo')
    }
    return [
      await compare('directory.car', async () => memoryBody(carType, (await directoryCar(newFiles(count))).bytes), 'dag/import?stats=false', 2),
      await compare('directory.form', async () => formOf(newFiles(count)), 'add?quieter=true&progress=false&wrap-with-directory=true', 1.7),
    ]
  } finally {
    await server.stop()
  }
}
