import { kuboProgram, noKubo, startKubo } from '../../test/support/kubo.ts'
import { loadCargo, type Shape } from '../cargo.ts'
import { carType, fileCar } from '../cars.ts'
import { inTurn } from '../measure.ts'
import { leftOut, timesRow, type Row } from '../row.ts'
import { type Body, inForm, memoryBody, secondsToSend } from '../send.ts'
import type { Sizes } from '../sizes.ts'
import { secondsToKubo, secondsToThole } from '../transfer.ts'

const goals: Record<Shape, number> = { big: 1.3, small: 0.2, directory: 0.2 }

/** Pinning over Bitswap what only a Kubo has, durable, every hash checked; beside it another Kubo that does the same. Both are connected, and how long it takes a server that is not. */
export async function fetch({ rounds, ...sizes }: Sizes): Promise<Row[]> {
  if (!kuboProgram) return leftOut('fetch.*', noKubo!)
  const giver = await startKubo()
  try {
    const give = async (car: () => Body) => void (await secondsToSend(`${giver.api}/api/v0/dag/import?stats=false`, inForm(car())))
    const roots = await loadCargo({ rounds, ...sizes }, give)
    const greeting = await fileCar([Buffer.from('a greeting')], 2 ** 20)
    await give(() => memoryBody(carType, greeting.bytes))
    const rows: Row[] = []
    for (const [shape, root] of Object.entries(roots) as [Shape, string][]) {
      const { thole: value, ...beside } = await inTurn(rounds, {
        thole: () => secondsToThole(giver.addresses, root, greeting.root.toString()),
        'not connected': () => secondsToThole(giver.addresses, root),
        'kubo to kubo': () => secondsToKubo(giver.addresses[0]!, root),
      })
      rows.push(timesRow({ id: `fetch.${shape}`, value, unit: 's', beside }, goals[shape], 'kubo to kubo'))
    }
    return rows
  } finally {
    await giver.stop()
  }
}
