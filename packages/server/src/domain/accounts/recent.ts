import { Fault, fault } from '../../kernel/faults.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Principal } from '../access/index.ts'

/** What another process changes is seen here within so many milliseconds. */
const freshMs = 1_000
/** While the database is out of reach, what it said last is believed for so many milliseconds. */
const trustedMs = 5_000
/** It is out of reach where it says nothing for so long: less where there is something to believe. */
const patienceMs = { trusting: 2_000, waiting: 10_000 } as const
const kept = 10_000

export interface Recent {
  /**
   * Whoever this key belongs to, as looked up a moment ago or now. Faults are those of the look-up, and UNAVAILABLE where the database
   * is out of reach.
   */
  of(key: string, lookUp: () => Promise<Principal>): Promise<Principal>
  /** To be called when something has changed: what is being looked up meanwhile is not kept either. */
  forget(): void
}

interface Known {
  principal: Principal
  /** When it was asked for. */
  asked: number
}

/** Keys that were shown a moment ago: programs show one thousands of times a second. */
export function recentPrincipals(clock: Clock): Recent {
  const known = new Map<string, Known>()
  const asking = new Map<string, Promise<Principal>>()
  let changes = 0

  /** One look-up serves all who ask meanwhile. */
  function ask(key: string, lookUp: () => Promise<Principal>): Promise<Principal> {
    const underWay = asking.get(key)
    if (underWay) return underWay
    const before = changes
    const asked = clock.now()
    const answer = lookUp().then(
      (principal) => {
        if (before === changes) keep(key, { principal, asked })
        return principal
      },
      (error: unknown) => {
        if (isAnswer(error)) known.delete(key)
        throw error
      },
    )
    const done = () => void (asking.get(key) === answer && asking.delete(key))
    answer.then(done, done)
    asking.set(key, answer)
    return answer
  }

  function keep(key: string, fresh: Known): void {
    known.delete(key)
    for (const oldest of known.keys()) if (known.size >= kept) known.delete(oldest)
    known.set(key, fresh)
  }

  const isWithin = (entry: Known | undefined, ms: number): entry is Known => {
    const now = clock.now()
    return entry !== undefined && now < entry.asked + ms && now < (entry.principal.expires ?? Infinity)
  }

  return {
    async of(key, lookUp) {
      const recent = known.get(key)
      if (isWithin(recent, freshMs)) return recent.principal
      try {
        return await within(isWithin(recent, trustedMs) ? patienceMs.trusting : patienceMs.waiting, ask(key, lookUp))
      } catch (error) {
        if (isAnswer(error)) throw error
        const last = known.get(key)
        if (isWithin(last, trustedMs)) return last.principal
        throw fault('UNAVAILABLE', { reason: 'it cannot reach its database' }, { cause: error })
      }
    },
    forget() {
      changes++
      known.clear()
      asking.clear()
    },
  }
}

/** The database answered, and the answer is no. */
function isAnswer(error: unknown): boolean {
  return error instanceof Fault && error.status < 500
}

async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${ms} ms`)), ms)
  try {
    return await Promise.race([answer, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
