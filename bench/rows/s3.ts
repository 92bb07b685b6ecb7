import { noS3, startS3 } from '../../test/support/s3.ts'
import { startServer } from '../../test/support/server.ts'
import { newBytes } from '../bytes.ts'
import { byteRate } from '../load.ts'
import { inTurn, rate } from '../measure.ts'
import { presign } from '../presign.ts'
import { leftOut, shareRow, type Row } from '../row.ts'
import { rawBody, secondsToSend } from '../send.ts'
import type { Sizes } from '../sizes.ts'

/** Blocks in S3, beside the same bytes put to, and got from, the S3 server directly. */
export async function s3({ large, file, seconds, rounds }: Sizes): Promise<Row[]> {
  if (noS3) return leftOut('s3.upload, s3.gateway', noS3)
  await using started = new AsyncDisposableStack()
  const store = started.adopt(await startS3(), (it) => it.stop())
  const server = started.adopt(await startServer({ THOLE_BLOCKS: `s3://${store.bucket}/bench`, ...store.variables }), (it) => it.stop())
  const headers = { authorization: `Bearer ${await server.createKey()}` }
  const uploads = `${server.url}/api/v1/uploads`

  const ingest = await inTurn(rounds, {
    'direct PUT': async (round) => rate(large, await secondsToSend(presign('PUT', store, `direct-${round}`), rawBody(large, newBytes(large)), {}, 'PUT')),
    thole: async () => rate(large, await secondsToSend(uploads, rawBody(large, newBytes(large)), headers)),
  })
  await secondsToSend(presign('PUT', store, 'file'), rawBody(file, newBytes(file)), {}, 'PUT')
  await secondsToSend(uploads, rawBody(file, newBytes(file)), headers)
  const { uploads: newest } = (await (await fetch(`${uploads}?limit=1`, { headers })).json()) as { uploads: { roots: { cid: string }[] }[] }
  const serving = await inTurn(rounds, {
    'direct GET': () => byteRate({ url: presign('GET', store, 'file'), connections: 1, seconds }),
    thole: () => byteRate({ url: `${server.url}/ipfs/${newest[0]!.roots[0]!.cid}`, connections: 1, seconds }),
  })
  return [
    shareRow({ id: 's3.upload', value: ingest.thole, unit: 'MB/s', beside: { 'direct PUT': ingest['direct PUT'] } }, 0.5, 'direct PUT'),
    shareRow({ id: 's3.gateway', value: serving.thole, unit: 'MB/s', beside: { 'direct GET': serving['direct GET'] } }, 0.2, 'direct GET'),
  ]
}
