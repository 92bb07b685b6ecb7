import { noKubo } from '../../test/support/kubo.ts'
import { abortedReads, slowClients } from '../clients.ts'
import { byteRate, requestRate, requestsPerCpuSecond, startLoad } from '../load.ts'
import { inTurn } from '../measure.ts'
import type { Wish } from '../programs/load.ts'
import { leftOut, mostRow, shareRow, timesRow, type Row, type Unit } from '../row.ts'
import { bare, startServed, type Name, type Served } from '../served.ts'
import type { Sizes } from '../sizes.ts'

type Measure = (wish: Wish, served: Served) => Promise<number>

/** What is asked for, and the share of each server beside that is the goal. */
interface Question {
  id: string
  unit: Unit
  file: Name
  measure: Measure
  wish?: Partial<Wish>
  /** Name of a server → share. Others are measured too, where they have the file. */
  goals: Record<string, number>
}

/** The gateway, hot, beside what a bare node:http server does out of memory, nginx with files, and Kubo's gateway. */
export async function gateway(sizes: Sizes): Promise<Row[]> {
  await using started = new AsyncDisposableStack()
  const servers = await startServed(started, sizes)
  if (!servers.kubo) leftOut('what is beside Kubo', noKubo!)
  const { thole } = servers
  const middle = Math.floor(sizes.large / 2)
  const range = { range: `bytes=${middle}-${middle}` }
  const rows: Row[] = []
  const ask = async (question: Question) => void rows.push(...(await rowsOf(question, servers, sizes)))
  const rate: Measure = (wish) => requestRate(wish)
  const bytes: Measure = (wish) => byteRate(wish)

  await ask({ id: 'small.cpu', unit: 'req/cpu s', file: 'small', measure: (wish, { pid }) => requestsPerCpuSecond(pid, wish), wish: { connections: 16 }, goals: { kubo: 2.5, [bare]: 0.33 } })
  await ask({ id: 'small', unit: 'req/s', file: 'small', measure: rate, wish: { connections: 16 }, goals: { [bare]: 0.2 } })
  await ask({ id: 'mib', unit: 'req/s', file: 'mib', measure: rate, wish: { connections: 8 }, goals: { kubo: 2, nginx: 0.8 } })
  await ask({ id: 'large', unit: 'MB/s', file: 'large', measure: bytes, goals: { kubo: 1.2, nginx: 0.6 } })
  await ask({ id: 'huge', unit: 'MB/s', file: 'huge', measure: bytes, goals: { kubo: 1.2, nginx: 0.6 } })
  await ask({ id: 'chunks', unit: 'MB/s', file: 'chunks', measure: bytes, goals: { kubo: 1.2 } })
  await ask({ id: 'byte', unit: 'req/s', file: 'byte', measure: rate, wish: { connections: 4, headers: range }, goals: { kubo: 50, [bare]: 0.4 } })
  await ask({ id: 'car', unit: 'MB/s', file: 'car', measure: bytes, goals: { kubo: 3 } })
  await ask({ id: 'child', unit: 'req/s', file: 'child', measure: rate, wish: { connections: 4 }, goals: { kubo: 2 } })
  await ask({ id: 'list', unit: 's', file: 'list', measure: secondsEach, goals: { kubo: 0.5 } })
  const growth = await slowClients(thole!.places.large!, thole!.pid, { clients: 20, seconds: sizes.seconds * 2 })
  rows.push(mostRow({ id: 'gateway.slow', value: growth, unit: 'MB' }, 67))
  const { before, after } = await abortedReads(thole!.places.large!, thole!.pid, 1000)
  rows.push(mostRow({ id: 'gateway.aborted', value: after, unit: 'files open', beside: { before } }, before))
  return rows
}

/** A row for each goal of which the server is there. */
async function rowsOf({ id, unit, file, measure, wish, goals }: Question, servers: Partial<Record<string, Served>>, { rounds, seconds }: Sizes): Promise<Row[]> {
  const measures = Object.entries(servers).flatMap(([name, served]) => {
    const url = served?.places[file]
    return url === undefined ? [] : [[name, () => measure({ url, connections: 1, seconds, ...wish }, served!)] as const]
  })
  const { thole, ...beside } = (await inTurn(rounds, Object.fromEntries(measures))) as Record<string, number>
  return Object.entries(goals)
    .filter(([name]) => beside[name] !== undefined)
    .map(([name, share], i) => {
      const measured = { id: `gateway.${id}${i === 0 ? '' : `.${i + 1}`}`, value: thole!, unit, beside }
      return unit === 's' ? timesRow(measured, share, name) : shareRow(measured, share, name)
    })
}

async function secondsEach(wish: Wish): Promise<number> {
  const { responses, seconds } = await startLoad(wish).end()
  return seconds / responses
}
