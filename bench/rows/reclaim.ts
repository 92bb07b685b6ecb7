import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { rawBlock } from '../../test/support/api.ts'
import { startServer } from '../../test/support/server.ts'
import { carType, tinyLeavesInParts } from '../cars.ts'
import { startLoad } from '../load.ts'
import type { Load } from '../programs/load.ts'
import { mostRow, timesRow, type Row } from '../row.ts'
import { memoryBody, secondsToSend } from '../send.ts'
import type { Sizes } from '../sizes.ts'

const fileBytes = 65_536

interface LastReclaim {
  ended: string
  started: string
  blocks: number
}

/** Half of all blocks die under reads and uploads: how long until their space is back, and what the others feel of it. */
export async function reclaim({ blocks, seconds }: Sizes): Promise<Row[]> {
  const server = await startServer({ THOLE_RECLAIM_GRACE: '0' })
  try {
    const headers = { authorization: `Bearer ${await server.createKey()}` }
    const uploads = `${server.url}/api/v1/uploads`
    const ask = async (path: string) => (await fetch(`${server.url}/api/v1/${path}`, { headers })).json()
    const send = async (): Promise<{ id: string; blocks: number }> => {
      const { blocks: sent, cars } = await tinyLeavesInParts(blocks / 2, 1)
      await secondsToSend(uploads, memoryBody(carType, cars[0]!), headers)
      const { uploads: [newest] } = (await ask('uploads?limit=1')) as { uploads: { id: string }[] }
      return { id: newest!.id, blocks: sent }
    }
    const dead = await send()
    await send()
    const file = rawBlock(randomBytes(fileBytes))
    await secondsToSend(uploads, memoryBody('application/octet-stream', file.bytes), headers)
    const underLoad = async (work: () => Promise<unknown>) => {
      const reading = startLoad({ url: `${server.url}/ipfs/${file.cid}`, connections: 4 })
      const writing = startLoad({ url: uploads, connections: 4, headers, post: 4096 })
      await sleep(1000)
      await work()
      return { reads: await reading.end(), writes: await writing.end() }
    }
    const quiet = await underLoad(() => sleep(seconds * 1000))
    let last: LastReclaim | undefined
    const busy = await underLoad(async () => {
      await fetch(`${uploads}/${dead.id}`, { method: 'DELETE', headers })
      for (const end = Date.now() + 300_000; !last || last.blocks < dead.blocks; await sleep(100)) {
        last = ((await ask('storage')) as { reclaim?: LastReclaim }).reclaim
        if (Date.now() > end) throw new Error(`not reclaimed after five minutes: ${JSON.stringify(last)}`)
      }
    })
    const took = (Date.parse(last!.ended) - Date.parse(last!.started)) / 1000
    return [
      mostRow({ id: 'reclaim', value: took, unit: 's' }, 30),
      p99Row('reclaim.reads', busy.reads, quiet.reads),
      p99Row('reclaim.uploads', busy.writes, quiet.writes),
    ]
  } finally {
    await server.stop()
  }
}

function p99Row(id: string, busy: Load, quiet: Load): Row {
  return timesRow({ id, value: busy.p99, unit: 'ms', beside: { 'p99 without': quiet.p99 } }, 2, 'p99 without')
}
