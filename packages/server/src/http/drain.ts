import { once } from 'node:events'
import type { Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { fault } from '../kernel/faults.ts'
import { count } from '../kernel/words.ts'
import type { Log } from '../ports/log.ts'
import type { Requests, Underway } from './requests.ts'

export interface Drain {
  /** No request is begun any more. */
  readonly isUnderway: boolean
  /** Turns away what comes too late; false: it is in time, or asks how the server is. */
  refuses(request: Underway): boolean
  /** Resolves when all requests are done, or were cut off, and nothing listens any more. */
  run(server: Server): Promise<void>
}

/** Milliseconds between two looks at what is under way, two lines of the log, and that a client has to read why it was cut off. */
const lookEvery = 25
const tellEvery = 5_000
const readingTime = 500

const shutting = fault('SHUTTING_DOWN')
const late = { 'content-type': 'text/plain; charset=utf-8', 'retry-after': '5', connection: 'close' }

/** How a server ends: `/readyz` says no, new requests are turned away, and those under way have `maxMs` to come to their end. */
export function createDrain({ requests: { underway }, log, maxMs }: { requests: Requests; log: Log; maxMs: number }): Drain {
  let isUnderway = false

  async function settle(): Promise<void> {
    const until = performance.now() + maxMs
    for (let told = -Infinity; underway.size > 0 && performance.now() < until; await sleep(lookEvery)) {
      if (performance.now() - told < tellEvery) continue
      told = performance.now()
      log.info({ ...doorsOf(underway), seconds: Math.ceil((until - told) / 1000) }, `waiting for ${count(underway.size, 'request')} to end before the server does; a second signal ends it at once`)
    }
  }

  async function cutRest(): Promise<void> {
    if (underway.size === 0) return
    log.warn({ ...doorsOf(underway) }, `${count(underway.size, 'request')} cut off: THOLE_DRAIN is over`)
    for (const request of underway) if (!turnAway(request)) request.outgoing.destroy()
    const until = performance.now() + readingTime
    while (underway.size > 0 && performance.now() < until) await sleep(lookEvery)
  }

  return {
    get isUnderway() {
      return isUnderway
    },
    refuses(request) {
      if (!isUnderway) return false
      if (/^\/(healthz|readyz)$/.test(request.incoming.url ?? '')) {
        request.outgoing.setHeader('connection', 'close')
        return false
      }
      return turnAway(request)
    },
    async run(server) {
      isUnderway = true
      for (const { outgoing } of underway) {
        // What goes on until one side ends it is not waited for.
        if (String(outgoing.getHeader('content-type')).startsWith('text/event-stream')) outgoing.destroy()
        else if (!outgoing.headersSent) outgoing.setHeader('connection', 'close')
      }
      server.closeIdleConnections()
      await settle()
      await cutRest()
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** Says why, where nothing was said yet. */
function turnAway({ outgoing }: Underway): boolean {
  if (outgoing.headersSent) return false
  outgoing.writeHead(shutting.status, late).end(`${shutting.message}\n`)
  return true
}

function doorsOf(underway: ReadonlySet<Underway>): Record<string, number> {
  const doors: Record<string, number> = {}
  for (const { door } of underway) doors[door] = (doors[door] ?? 0) + 1
  return doors
}
