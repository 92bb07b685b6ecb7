import { randomBytes } from 'node:crypto'
import { client } from '../../test/support/api.ts'
import { startServer } from '../../test/support/server.ts'
import { requestRate, requestsPerCpuSecond } from '../load.ts'
import { inTurn } from '../measure.ts'
import { shareRow, type Row } from '../row.ts'
import type { Sizes } from '../sizes.ts'

/** Small reads of the gateway with what is sent counted for accounts, and without. */
export async function metering({ rounds, seconds }: Sizes): Promise<Row[]> {
  await using started = new AsyncDisposableStack()
  async function start(meters: boolean) {
    const server = started.adopt(await startServer({ THOLE_NETWORK: 'none', THOLE_METERING: String(meters) }), (it) => it.stop())
    const { body } = await client(server.url, await server.createKey()).upload(randomBytes(1024))
    return { pid: server.pid, wish: { url: `${server.url}/ipfs/${body.roots[0].cid}`, connections: 16, seconds } }
  }
  const [counted, uncounted] = [await start(true), await start(false)]
  const without = 'without'
  const rows: Row[] = []
  for (const [id, unit, measure] of [
    ['metering.cpu', 'req/cpu s', ({ pid, wish }: typeof counted) => requestsPerCpuSecond(pid, wish)],
    ['metering', 'req/s', ({ wish }: typeof counted) => requestRate(wish)],
  ] as const) {
    const { value, beside } = await inTurn(rounds, { value: () => measure(counted), beside: () => measure(uncounted) })
    rows.push(shareRow({ id, value, unit, beside: { [without]: beside } }, 0.95, without, '1'))
  }
  return rows
}
