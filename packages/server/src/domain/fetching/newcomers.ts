import type { Clock } from '../../ports/clock.ts'
import type { Db } from '../../ports/db/index.ts'
import type { Network } from '../../ports/network.ts'

export interface NewcomerParts {
  db: Db
  network: Network
  clock: Clock
  /** Called after a commit that left work behind. */
  wakeJobs(): void
}

const lookMs = 250
/** Those that come often have so many waiting fetches tried for them, with so much rest between. */
const tried = 100
const restMs = 10_000

/** Has waiting fetches tried soon when a peer comes to us, or the network is there again. */
export function watchNewcomers({ db, network, clock, wakeJobs }: NewcomerParts): { close(): void } {
  let heard = 0
  let isRunning = false
  let isNews = false
  let restsUntil = 0

  async function look(): Promise<void> {
    const { state, arrivals = 0 } = network.status()
    // The network process counts anew after each start.
    if (arrivals !== heard || (state === 'running' && !isRunning)) isNews = true
    heard = arrivals
    isRunning = state === 'running'
    if (!isNews || !isRunning || clock.now() < restsUntil) return
    isNews = false
    restsUntil = clock.now() + restMs
    if ((await db.write((w) => w.fetches.hasten(clock.now(), tried))) > 0) wakeJobs()
  }

  // What fails is tried by itself later.
  const timer = setInterval(() => void look().catch(() => {}), lookMs).unref()
  return { close: () => clearInterval(timer) }
}
