import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { Thole } from '@thole/client'
import { fromPath } from '@thole/client/node'
import { temporaryFolder } from '../../test/support/folder.ts'
import { runProgram } from '../../test/support/program.ts'
import { startServer } from '../../test/support/server.ts'
import { newBytes } from '../bytes.ts'
import { carType, writeCar } from '../cars.ts'
import { inTurn, rate, timed } from '../measure.ts'
import { shareRow, type Row } from '../row.ts'
import type { Sizes } from '../sizes.ts'

/** One large file put by the client, which hashes it first, beside a CAR of as many bytes that curl sends; both are new to the server. */
export async function client({ large, rounds }: Sizes): Promise<Row[]> {
  await using folder = await temporaryFolder()
  const server = await startServer()
  try {
    const key = await server.createKey()
    const thole = new Thole({ url: server.url, key })
    const file = join(folder.path, 'file')
    const { thole: value, ...beside } = await inTurn(rounds, {
      async 'curl of a CAR'() {
        await writeCar(file, large)
        await runProgram('sync', [])
        const args = ['-sf', '-o', '/dev/null', '-H', `authorization: Bearer ${key}`, '-H', `content-type: ${carType}`, '-H', 'expect:', '-T', file, '-X', 'POST', `${server.url}/api/v1/uploads`]
        return rate(large, await timed(() => runProgram('curl', args)))
      },
      async thole() {
        await writeNew(file, large)
        await runProgram('sync', [])
        const { content } = await fromPath(file)
        return rate(large, await timed(() => thole.put(content)))
      },
    })
    return [shareRow({ id: 'client', value, unit: 'MB/s', beside }, 0.5, 'curl of a CAR')]
  } finally {
    await server.stop()
  }
}

async function writeNew(file: string, length: number): Promise<void> {
  await using handle = await open(file, 'w')
  for (const piece of newBytes(length)) await handle.write(piece)
}
