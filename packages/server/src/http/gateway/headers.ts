/** On every reply, refusals too. Nothing here ever sets a cookie. */
export const openHeaders: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, HEAD, OPTIONS',
  'access-control-allow-headers': 'Content-Type, Range, User-Agent, X-Requested-With, If-None-Match, If-Range, Cache-Control',
  // The last two are Kubo's; clients of gateways look for them.
  'access-control-expose-headers': 'Accept-Ranges, Content-Length, Content-Range, ETag, X-Ipfs-Path, X-Ipfs-Roots, X-Chunked-Output, X-Stream-Output',
  // Content is public and carries no credentials: pages that are isolated (COEP) may embed it.
  'cross-origin-resource-policy': 'cross-origin',
  'x-content-type-options': 'nosniff',
}

/** Content under a CID cannot change. */
export const immutable = 'public, max-age=29030400, immutable'
/** Generated pages change with the program that generates them. */
export const generated = 'public, max-age=604800, stale-while-revalidate=2678400'
