import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { client, rawBlock, type Client } from '../../test/support/api.ts'
import { childrenOf } from '../../test/support/processes.ts'
import { startServer } from '../../test/support/server.ts'
import { median, timed } from '../measure.ts'
import { mostRow, timesRow, type Row } from '../row.ts'
import type { Sizes } from '../sizes.ts'

const unfetchable = 1_000
const fetched = 9
/** What is tried soon after it was asked for has been tried some times. */
const settlesMs = 60_000
const watchedMs = 20_000

/** Pins that nobody has: what they cost while they wait, and whether one that can be fetched waits for them. */
export async function waiting(sizes: Sizes): Promise<Row[]> {
  const [server, giver] = await Promise.all([startServer(), startServer()])
  try {
    const [api, source] = await Promise.all([server, giver].map(async (each) => client(each.url, await each.createKey())))
    const first = (await source!.upload(randomBytes(1_000))).body.roots[0].cid as string
    const { delegates } = (await source!.post('/psa/pins', { cid: first })).body as { delegates: string[] }
    await secondsToPin(api!, first, delegates)

    const alone = await pinNew(api!, source!, delegates)
    for (let i = 0; i < unfetchable; i++) {
      const { cid } = rawBlock(randomBytes(32))
      const origins = [[], ['/ip4/127.0.0.1/tcp/9/p2p/12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5'], delegates][i % 3]
      await api!.post('/psa/pins', { cid: cid.toString(), origins })
    }
    const settled = sleep(sizes.rounds > 1 ? settlesMs : 1_000)
    const beside = await pinNew(api!, source!, delegates)
    await settled
    const cpu = await shareOfACore(server.pid, sizes.rounds > 1 ? watchedMs : 2_000)
    const later = await pinNew(api!, source!, delegates)
    return [
      mostRow({ id: 'waiting.cpu', value: cpu * 100, unit: '%' }, 5),
      timesRow({ id: 'waiting.delay', value: later, unit: 'ms', beside: { 'none waiting': alone, 'while they are tried first': beside } }, 1.5, 'none waiting'),
    ]
  } finally {
    await Promise.all([server.stop(), giver.stop()])
  }
}

/** The median of milliseconds from the request to `pinned`, of small files that a peer has. */
async function pinNew(api: Client, source: Client, origins: readonly string[]): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < fetched; i++) {
    const cid = (await source.upload(randomBytes(100_000))).body.roots[0].cid as string
    times.push((await secondsToPin(api, cid, origins)) * 1000)
  }
  return median(times)
}

function secondsToPin(api: Client, cid: string, origins: readonly string[]): Promise<number> {
  return timed(async () => {
    let { body: pin } = await api.post('/psa/pins', { cid, origins })
    while (pin.status !== 'pinned') {
      await sleep(2)
      pin = (await api.json(`/psa/pins/${pin.requestid}`)).body
    }
  })
}

/** Of the server and its network process together, over some time. */
async function shareOfACore(pid: number, ms: number): Promise<number> {
  const pids = [pid, ...(await childrenOf(pid, 'tholed-network'))]
  const used = async () => (await Promise.all(pids.map(cpuSeconds))).reduce((sum, n) => sum + n, 0)
  const [before, started] = [await used(), performance.now()]
  await sleep(ms)
  return ((await used()) - before) / ((performance.now() - started) / 1000)
}

/** Seconds of processor time so far; the kernel counts in hundredths. */
async function cpuSeconds(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}
