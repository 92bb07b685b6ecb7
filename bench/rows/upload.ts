import { temporaryFolder } from '../../test/support/folder.ts'
import { kuboProgram, noKubo } from '../../test/support/kubo.ts'
import { startServer } from '../../test/support/server.ts'
import { newBytes, sha256Rate, writeRate } from '../bytes.ts'
import { secondsOfKubo } from '../kubo.ts'
import { inTurn, peakMemory, rate } from '../measure.ts'
import { leftOut, mostRow, shareRow, type Row } from '../row.ts'
import { rawBody, secondsToSend } from '../send.ts'
import type { Sizes } from '../sizes.ts'

/** One large upload over HTTP, durable before its answer, and the memory that the server took at most. */
export async function upload({ large, rounds }: Sizes): Promise<Row[]> {
  await using folder = await temporaryFolder()
  const server = await startServer()
  try {
    const headers = { authorization: `Bearer ${await server.createKey()}` }
    const body = () => rawBody(large, newBytes(large))
    const kubo = (sync: boolean) => async () => rate(large, await secondsOfKubo({ sync, path: 'add?quieter=true&progress=false' }, body()))
    const { thole: value, ...beside } = await inTurn(rounds, {
      sha256: () => sha256Rate(large),
      'write and fdatasync': () => writeRate(folder.path, large),
      thole: async () => rate(large, await secondsToSend(`${server.url}/api/v1/uploads`, body(), headers)),
      kubo: kuboProgram ? kubo(false) : undefined,
      'kubo sync': kuboProgram ? kubo(true) : undefined,
    })
    const memory = mostRow({ id: 'upload.memory', value: await peakMemory(server.pid), unit: 'MB' }, 250)
    if (noKubo) return [...leftOut('upload', noKubo), memory]
    return [shareRow({ id: 'upload', value, unit: 'MB/s', beside }, 1, 'kubo sync', '0.4 of sha256'), memory]
  } finally {
    await server.stop()
  }
}
