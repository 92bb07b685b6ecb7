import type { ServerResponse } from 'node:http'

/**
 * What every answer says that is not content, unless it says otherwise: nobody keeps it, takes it for another type, frames it, or runs what
 * may be in it.
 */
const safe = Object.entries({
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
})

/** `hsts`: seconds that browsers are to come by https alone (RFC 6797); 0: nothing is said of it. */
export function safeHeaders({ hsts = 0 }: { hsts?: number }): (outgoing: ServerResponse) => void {
  const all = hsts > 0 ? [...safe, ['strict-transport-security', `max-age=${hsts}`] as const] : safe
  return (outgoing) => {
    for (const [name, value] of all) outgoing.setHeader(name, value)
  }
}
