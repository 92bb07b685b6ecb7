import type { Asker } from '../../domain/names/index.ts'

/** A door of its own to the same gateway. */
export interface Mount {
  /** What stands before `/ipfs/` in paths of this door; `path` of the request comes without it. Roots have no origins of their own here. */
  prefix: string
  /** Id of the account that reads; undefined: the public. */
  account?: string
  /** Instead of giving content away, leads to where the public gateway has it. */
  leads?: boolean
}

export interface GatewayRequest {
  method: string
  /** As in the Host header, port included. */
  host: string
  /** From the first slash on, still percent-encoded, without the query. */
  path: string
  /** What follows the question mark; empty where there is none. */
  query: string
  /** Names in lower case. */
  headers: Readonly<Record<string, string | string[] | undefined>>
  /** Aborts when the client has gone. */
  signal: AbortSignal
  /** The client came over TLS. */
  secure: boolean
  /** Whom it counts for where clients have bounds; worked out only where that is asked. */
  client?(): string
  mount?: Mount
}

/** For whom names are looked up. */
export function askerOf(request: GatewayRequest): Asker {
  return { client: request.client?.(), onlyKnown: isOnlyIfCached(request) }
}

/** RFC 9111 §5.2.1.7: what is not here is not looked for elsewhere. */
export function isOnlyIfCached(request: GatewayRequest): boolean {
  return /(^|,)\s*only-if-cached\s*(,|$)/i.test(headerOf(request, 'cache-control'))
}

/** A header as one line, empty where it is absent. */
export function headerOf({ headers }: GatewayRequest, name: string): string {
  const value = headers[name]
  return Array.isArray(value) ? value.join(', ') : (value ?? '')
}
