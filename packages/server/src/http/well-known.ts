import { Hono } from 'hono'
import type { Tokens } from '../ports/tokens.ts'
import type { EdgeEnv } from './edge.ts'

/** Public keys by which others verify the keys of this server (RFC 7517 §5), at the dashboard's host alone. */
export function wellKnown({ tokens }: { tokens: Pick<Tokens, 'publicKeys'> }): Hono<EdgeEnv> {
  const routes = new Hono<EdgeEnv>()
  routes.get('/jwks.json', (call) => {
    const headers = { 'Cache-Control': 'public, max-age=3600', 'Content-Type': 'application/jwk-set+json', 'Access-Control-Allow-Origin': '*', 'X-Content-Type-Options': 'nosniff' }
    return call.body(JSON.stringify({ keys: tokens.publicKeys() }), 200, headers)
  })
  return routes
}
