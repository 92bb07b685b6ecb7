import type { Clock } from '../../ports/clock.ts'
import type { Db } from '../../ports/db/index.ts'

/** Room that uploads of this process have taken stays taken while the process lives. */
export interface Leases {
  until(): number
  begin(id: string): void
  forget(id: string): void
  start(): Promise<void>
  close(): void
}

export function createLeases({ db, clock, lease }: { db: Db; clock: Clock; lease: number }): Leases {
  const mine = new Set<string>()
  const until = () => clock.now() + lease

  async function renew(): Promise<void> {
    if (mine.size > 0) await db.write((w) => w.quotas.extend([...mine], until()))
  }

  /** Without other processes all that is there was left behind. */
  async function sweep(before: number): Promise<void> {
    await db.write((w) => w.quotas.sweep(before))
  }

  // What fails now works the next time; each upload is looked at again when it is written.
  const timer = setInterval(() => void renew().catch(() => {}), lease / 3).unref()
  const sweeper = setInterval(() => void sweep(clock.now()).catch(() => {}), 10 * lease).unref()

  return {
    until,
    begin: (id) => void mine.add(id),
    forget: (id) => void mine.delete(id),
    start: () => sweep(db.kind === 'sqlite' ? Number.MAX_SAFE_INTEGER : clock.now()),
    close() {
      clearInterval(timer)
      clearInterval(sweeper)
    },
  }
}
