import type { Clock } from '../../ports/clock.ts'
import type { Db, TrafficCount, TrafficKind } from '../../ports/db/index.ts'
import type { Log } from '../../ports/log.ts'
import { rememberHolders } from './holders.ts'

/** A response, or a block, that left. */
export interface Sent {
  kind: TrafficKind
  /** Of its body, as far as it left. */
  bytes: number
  /** Id of the account that read; without it, who holds the root for longest is charged. */
  account?: string
  /** Canonical text. What belongs to no root that somebody holds is charged to nobody. */
  root?: string
}

/** What accounts send, gathered in memory and written each second, all in one transaction. Whoever is killed loses what came since. */
export interface Metering {
  count(sent: Sent): void
  /** Resolves when all that was counted so far is written. */
  flush(): Promise<void>
  close(): Promise<void>
}

export interface MeteringParts {
  db: Db
  clock: Clock
  log?: Log
  /** Told of what is charged to an account, at once or when it is found out. */
  onCharge?(accountId: string, traffic: { requests: number; sent: number }): void
  /** Milliseconds; default one second. */
  flushEvery?: number
  /** Accounts and roots that are counted between two flushes; what goes beyond is lost where the database is away. Default 50,000. */
  maxCounts?: number
}

interface Count {
  kind: TrafficKind
  hour: number
  account?: string
  root?: string
  requests: number
  sent: number
}

const hourMs = 3_600_000

export function createMetering({ db, clock, log, onCharge = () => {}, flushEvery = 1_000, maxCounts = 50_000 }: MeteringParts): Metering {
  const holdersOf = rememberHolders({ db, clock })
  let counts = new Map<string, Count>()
  let flushing: Promise<void> = Promise.resolve()
  const timer = setInterval(() => void flush(), flushEvery).unref()

  function add(key: string, { requests, sent, ...what }: Count): void {
    const known = counts.get(key)
    if (known) {
      known.requests += requests
      known.sent += sent
    } else if (counts.size < maxCounts) counts.set(key, { ...what, requests, sent })
  }

  function flush(): Promise<void> {
    flushing = flushing.then(write)
    return flushing
  }

  async function write(): Promise<void> {
    if (counts.size === 0) return
    const batch = counts
    counts = new Map()
    try {
      const holders = await holdersOf([...batch.values()].flatMap(({ account, root }) => (account === undefined && root !== undefined ? [root] : [])))
      const rows = charged(batch.values(), holders)
      if (rows.length > 0) await db.write((w) => w.traffic.add(rows))
      for (const { account, root, requests, sent } of batch.values()) {
        const holder = account === undefined && root !== undefined ? holders.get(root) : undefined
        if (holder !== undefined) onCharge(holder, { requests, sent })
      }
    } catch (error) {
      // A database that is busy or away costs nobody anything: it goes with the next flush.
      log?.warn({ error }, 'what was sent could not be written down yet')
      for (const [key, count] of batch) add(key, count)
    }
  }

  return {
    count({ kind, bytes, account, root }) {
      const now = clock.now()
      const hour = now - (now % hourMs)
      add(`${kind} ${hour} ${account ?? ''} ${account === undefined ? root : ''}`, { kind, hour, account, root, requests: 1, sent: bytes })
      if (account !== undefined) onCharge(account, { requests: 1, sent: bytes })
    },
    flush,
    async close() {
      clearInterval(timer)
      await flush()
    },
  }
}

/** One row an account, hour and kind. */
function charged(counts: Iterable<Count>, holders: ReadonlyMap<string, string>): TrafficCount[] {
  const rows = new Map<string, TrafficCount>()
  for (const { kind, hour, account, root, requests, sent } of counts) {
    const accountId = account ?? (root === undefined ? undefined : holders.get(root))
    if (accountId === undefined) continue
    const key = `${accountId} ${hour} ${kind}`
    const row = rows.get(key) ?? { accountId, hour, kind, requests: 0, sent: 0 }
    row.requests += requests
    row.sent += sent
    rows.set(key, row)
  }
  return [...rows.values()]
}
