import { fault, Fault } from '../../kernel/faults.ts'

export interface BreakerLimits {
  /** Failures in a row after which calls are held back. */
  failures: number
  /** Milliseconds that they are held back: at first, and at most. */
  least: number
  most: number
}

export interface Breaker {
  /** Runs a call, or fails without it while the service is out. */
  run<T>(call: () => Promise<T>): Promise<T>
  /** Why the last call did not reach the service. */
  outage(): string | undefined
}

const defaults: BreakerLimits = { failures: 3, least: 1_000, most: 5_000 }

/** Keeps a service that is out from being asked by everybody all the time: one call tries it now and then, the others fail at once. */
export function createBreaker(limits: Partial<BreakerLimits> = {}): Breaker {
  const { failures, least, most } = { ...defaults, ...limits }
  let failed = 0
  let reason: string | undefined
  let heldUntil = 0

  return {
    async run(call) {
      if (failed >= failures) {
        const now = performance.now()
        if (now < heldUntil) throw outage(reason!)
        // The others go on failing while this one tries.
        heldUntil = now + wait()
      }
      try {
        const result = await call()
        failed = 0
        reason = undefined
        return result
      } catch (error) {
        if (error instanceof Outage) {
          failed++
          reason = error.message
          heldUntil = performance.now() + wait()
          throw outage(reason, error.cause)
        }
        if (error instanceof Refusal) {
          failed = 0
          reason = undefined
        }
        throw error
      }
    },
    outage: () => reason,
  }

  function wait(): number {
    return Math.min(least * 2 ** Math.max(0, failed - failures), most)
  }
}

/** The service could not be asked. */
export class Outage extends Error {}

/** It answered, and refuses. */
export class Refusal extends Fault {
  /** What it said. */
  readonly words: string

  constructor(service: string, words: string) {
    super('UPSTREAM_FAILED', { reason: `${service} says: ${words}`, refusal: true })
    this.words = words
  }
}

/** For what may be told apart from the rest: undefined where the service refuses it. */
export function unlessRefused(error: unknown): undefined {
  if (!(error instanceof Refusal)) throw error
}

function outage(reason: string, cause?: unknown): Fault {
  return fault('UPSTREAM_FAILED', { reason, outage: true }, { cause })
}
