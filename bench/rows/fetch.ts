import { kuboProgram, noKubo, startKubo } from '../../test/support/kubo.ts'
import { loadCargo, type Shape } from '../cargo.ts'
import { inTurn } from '../measure.ts'
import { leftOut, timesRow, type Row } from '../row.ts'
import { inForm, secondsToSend } from '../send.ts'
import type { Sizes } from '../sizes.ts'
import { secondsToKubo, secondsToThole } from '../transfer.ts'

const goals: Record<Shape, number> = { big: 1.3, small: 0.2, directory: 0.2 }

/** Pinning over Bitswap what only a Kubo has, durable, every hash checked; beside it another Kubo that does the same. */
export async function fetch({ rounds, ...sizes }: Sizes): Promise<Row[]> {
  if (!kuboProgram) return leftOut('fetch.*', noKubo!)
  const giver = await startKubo()
  try {
    const roots = await loadCargo({ rounds, ...sizes }, async (car) => void (await secondsToSend(`${giver.api}/api/v0/dag/import?stats=false`, inForm(car()))))
    const rows: Row[] = []
    for (const [shape, root] of Object.entries(roots) as [Shape, string][]) {
      const { thole: value, ...beside } = await inTurn(rounds, {
        thole: () => secondsToThole(giver.addresses, root),
        'kubo to kubo': () => secondsToKubo(giver.addresses[0]!, root),
      })
      rows.push(timesRow({ id: `fetch.${shape}`, value, unit: 's', beside }, goals[shape], 'kubo to kubo'))
    }
    return rows
  } finally {
    await giver.stop()
  }
}
