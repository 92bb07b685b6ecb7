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
}

/** A header as one line, empty where it is absent. */
export function headerOf({ headers }: GatewayRequest, name: string): string {
  const value = headers[name]
  return Array.isArray(value) ? value.join(', ') : (value ?? '')
}
