import { startServer } from '../../test/support/server.ts'
import { carType, tinyLeavesInParts } from '../cars.ts'
import { timed } from '../measure.ts'
import { leastRow, type Row } from '../row.ts'
import { memoryBody, secondsToSend } from '../send.ts'
import type { Sizes } from '../sizes.ts'

/** A DAG of tiny blocks that arrives as many CARs in random order, each durable, checked and counted before its answer. */
export async function parts({ blocks: leaves, parts: count }: Sizes): Promise<Row[]> {
  const { root, blocks, cars } = await tinyLeavesInParts(leaves, count)
  const server = await startServer()
  try {
    const headers = { authorization: `Bearer ${await server.createKey()}` }
    const seconds = await timed(async () => {
      for (const car of shuffled(cars)) await secondsToSend(`${server.url}/api/v1/uploads`, memoryBody(carType, car), headers)
    })
    const { state } = (await (await fetch(`${server.url}/api/v1/dags/${root}`, { headers })).json()) as { state: string }
    if (state !== 'complete') throw new Error(`after its last part the DAG is ${state}`)
    return [leastRow({ id: 'parts', value: blocks / seconds, unit: 'blocks/s' }, 50_000)]
  } finally {
    await server.stop()
  }
}

function shuffled<T>(items: readonly T[]): T[] {
  return items.map((item) => ({ item, at: Math.random() })).sort((a, b) => a.at - b.at).map(({ item }) => item)
}
