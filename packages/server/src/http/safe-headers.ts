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

export function setSafeHeaders(outgoing: ServerResponse): void {
  for (const [name, value] of safe) outgoing.setHeader(name, value)
}
