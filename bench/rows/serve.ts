import { kuboProgram, noKubo, startKubo } from '../../test/support/kubo.ts'
import { startServer } from '../../test/support/server.ts'
import { loadCargo, type Shape } from '../cargo.ts'
import { inTurn } from '../measure.ts'
import { leftOut, timesRow, type Row } from '../row.ts'
import { inForm, secondsToSend } from '../send.ts'
import type { Sizes } from '../sizes.ts'
import { secondsToKubo } from '../transfer.ts'

/** A Kubo that pins over Bitswap what Thole has; beside it what another Kubo has. */
export async function serve(sizes: Sizes): Promise<Row[]> {
  if (!kuboProgram) return leftOut('serve.*', noKubo!)
  const giver = await startKubo()
  const server = await startServer()
  try {
    const headers = { authorization: `Bearer ${await server.createKey()}` }
    const roots = await loadCargo(sizes, async (car) => {
      await secondsToSend(`${giver.api}/api/v0/dag/import?stats=false`, inForm(car()))
      await secondsToSend(`${server.url}/api/v1/uploads`, car(), headers)
    })
    const { delegates } = await pinStatus(server.url, headers, roots.small)
    const rows: Row[] = []
    for (const [shape, root] of Object.entries(roots) as [Shape, string][]) {
      const { thole: value, ...beside } = await inTurn(sizes.rounds, {
        thole: () => secondsToKubo(delegates[0]!, root),
        'kubo to kubo': () => secondsToKubo(giver.addresses[0]!, root),
      })
      rows.push(timesRow({ id: `serve.${shape}`, value, unit: 's', beside }, 1.3, 'kubo to kubo'))
    }
    return rows
  } finally {
    await server.stop()
    await giver.stop()
  }
}

/** Where the server can be dialled stands in the status of every pin. */
async function pinStatus(url: string, headers: Record<string, string>, cid: string): Promise<{ delegates: string[] }> {
  const answer = await fetch(`${url}/psa/pins`, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify({ cid }) })
  return (await answer.json()) as { delegates: string[] }
}
