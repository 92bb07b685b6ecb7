import { setTimeout as sleep } from 'node:timers/promises'
import { TholeError } from '../../errors.ts'
import { fillFromGateways } from './gateway.ts'
import type { Journal } from './journal.ts'
import type { Request, Target, Wish } from './target.ts'

export interface Settling {
  target: Target
  journal: Journal
  gateways: readonly string[]
  /** Milliseconds for which a request may stand still before it is left to the server. */
  patience: number
  signal: AbortSignal
  /** Aborted with `signal`, and when nothing more is to be begun: what the server fetches is then left to it, while uploads go on. */
  stop: AbortSignal
  onBytes?: (bytes: number) => void
}

/** Milliseconds between two looks at a request: twice as many each time. */
const pauses = { first: 50, longest: 2_000 }

/** Has one CID pinned, and waits until it is, or nothing moves. The request is made once, however often this is called for an id. */
export async function settle(id: string, wish: Wish, settling: Settling): Promise<Request> {
  const { target, journal, gateways, signal, onBytes } = settling
  let request = await begin()
  if (request.status !== 'pinned') request = await wait(request, settling, isTried)
  if (request.status === 'pinned' || gateways.length === 0) return request
  if (request.status === 'failed') request = await anew(request)
  const reason = await fillFromGateways(target, wish.cid, { gateways, signal, onBytes })
  if (reason !== undefined) return { ...request, reason: request.reason ? `${reason}; ${request.reason}` : reason }
  return wait(request, settling)

  async function begin(): Promise<Request> {
    const made = journal.get(id).request
    const before = made === undefined ? undefined : await known(made)
    if (before?.status === 'failed') return anew(before)
    return before ?? add()
  }

  async function known(made: string): Promise<Request | undefined> {
    return target.request(made, signal).catch((error: unknown) => {
      if (error instanceof TholeError && error.code === 'NOT_FOUND') return undefined
      throw error
    })
  }

  async function add(): Promise<Request> {
    const fresh = await target.pin(wish, signal)
    await journal.note(id, { request: fresh.id })
    return fresh
  }

  /** What was given up holds nothing. */
  async function anew({ id: failed }: Request): Promise<Request> {
    const fresh = await add()
    await target.removeRequest(failed)
    return fresh
  }
}

async function wait(request: Request, { target, patience, stop }: Settling, isEnough: (request: Request) => boolean = () => false): Promise<Request> {
  let latest = request
  let movedAt = performance.now()
  for (let pause = pauses.first; !isEnd(latest) && !isEnough(latest) && performance.now() - movedAt < patience; pause = Math.min(pause * 2, pauses.longest)) {
    await sleep(pause, undefined, { signal: stop })
    const next = await target.request(request.id, stop)
    if (next.fetch?.bytes !== latest.fetch?.bytes || next.status !== latest.status) movedAt = performance.now()
    latest = next
  }
  return latest
}

function isEnd({ status }: Request): boolean {
  return status === 'pinned' || status === 'failed'
}

/** Everybody whom the server knew to ask was asked, and it has left it for later. */
function isTried({ status, fetch }: Request): boolean {
  return status === 'queued' && (fetch?.tries ?? 0) > 0
}
