import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BlockList } from 'node:net'
import type { CID } from 'multiformats/cid'
import { isTrusted } from './target.ts'
import type { Door } from './door-names.ts'

/** A request that is being answered. */
export interface Underway {
  /** Told to the client, and in every line that is logged meanwhile. */
  readonly id: string
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  door: Door
  /** Id of the account that asks, once it is known. */
  account?: string
  /** What is read through the gateway, once it is known. */
  root?: CID
  /** It brings content. */
  isUpload?: true
  /** By `performance.now()`. */
  readonly began: number
}

/** What the requests are told to, each once, when nothing more is sent or received. */
export interface RequestWatcher {
  ended(request: Underway): void
}

export interface Requests {
  /** Everything that `answer` does, also later, does it for this request. */
  run(incoming: IncomingMessage, outgoing: ServerResponse, answer: (request: Underway) => void): void
  /** Those that are not done yet. */
  readonly underway: ReadonlySet<Underway>
}

const current = new AsyncLocalStorage<Underway>()

/** The request for which this is being done, if any. */
export function currentRequest(): Underway | undefined {
  return current.getStore()
}

/** Says more of the request for which this is being done. */
export function noteRequest(facts: Pick<Underway, 'account' | 'root' | 'isUpload'>): void {
  const request = current.getStore()
  if (request) Object.assign(request, facts)
}

export const requestIdHeader = 'x-request-id'
/** What a proxy in front may call a request: as common tracers write it, and nothing that could be taken for more. */
const plausible = /^[\w.:+/=-]{8,128}$/

/** Gives each request an identifier, and knows which are under way. `proxies`: whose identifiers are taken over. */
export function watchRequests({ proxies, watchers }: { proxies: BlockList; watchers: readonly RequestWatcher[] }): Requests {
  const underway = new Set<Underway>()
  return {
    underway,
    run(incoming, outgoing, answer) {
      const request: Underway = { id: idOf(incoming, proxies), incoming, outgoing, door: 'web', began: performance.now() }
      underway.add(request)
      outgoing.once('close', () => {
        underway.delete(request)
        for (const watcher of watchers) watcher.ended(request)
      })
      outgoing.setHeader(requestIdHeader, request.id)
      current.run(request, answer, request)
    },
  }
}

function idOf({ headers, socket }: IncomingMessage, proxies: BlockList): string {
  const named = headers[requestIdHeader]
  return typeof named === 'string' && plausible.test(named) && isTrusted(socket, proxies) ? named : crypto.randomUUID()
}
