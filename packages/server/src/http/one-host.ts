import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * RFC 9112 §3.2: a request with two Host lines is answered with 400. Node goes by the first, a proxy in front may have gone by the second,
 * and what one host may see is not for another. False: it was refused.
 */
export function hasOneHost({ rawHeaders }: IncomingMessage, outgoing: ServerResponse): boolean {
  let hosts = 0
  for (let i = 0; i < rawHeaders.length; i += 2) if (rawHeaders[i]!.length === 4 && rawHeaders[i]!.toLowerCase() === 'host') hosts++
  if (hosts < 2) return true
  outgoing.writeHead(400, { connection: 'close', 'content-type': 'text/plain; charset=utf-8' }).end('A request has one Host header.\n')
  return false
}
