import { fault } from '../../kernel/faults.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db, Reader } from '../../ports/db/index.ts'
import type { Principal } from './principal.ts'

export interface PinningGateParts {
  db: Db
  clock: Clock
  /** URL of the page on which people ask for access. */
  askAt(): string
}

/** Whether accounts may pin by CID: all may, until an admin closes the instance; then those that an admin has let in. */
export interface PinningGate {
  /** Fault PINNING_UNAUTHORIZED, which says how to ask. */
  demand(principal: Principal): Promise<void>
  isClosed(): Promise<boolean>
  /** Knows of a change at once. */
  note(isClosed: boolean): void
}

const name = 'pinning-closed'
/** What another process changes is seen here within so many milliseconds. */
const freshMs = 1_000

export function createPinningGate({ db, clock, askAt }: PinningGateParts): PinningGate {
  let known = { isClosed: false, until: Number.NEGATIVE_INFINITY }
  let asking: Promise<boolean> | undefined

  /** All who ask meanwhile share the answer, so that pinning asks the database once a second. */
  async function ask(): Promise<boolean> {
    const asked = clock.now()
    const before = known
    const isClosed = await db.read(readClosed)
    if (known === before) known = { isClosed, until: asked + freshMs }
    return known.isClosed
  }

  const isClosed = async () => (clock.now() < known.until ? known.isClosed : (asking ??= ask().finally(() => (asking = undefined))))

  return {
    isClosed,
    note: (closed) => void (known = { isClosed: closed, until: clock.now() + freshMs }),
    async demand({ account }) {
      if (account.role === 'admin' || account.mayPin || !(await isClosed())) return
      throw fault('PINNING_UNAUTHORIZED', { where: askAt() })
    },
  }
}

export async function readClosed(r: Pick<Reader, 'instance'>): Promise<boolean> {
  return (await r.instance.get(name)) !== undefined
}

export const closedName = name
