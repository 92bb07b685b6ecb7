import { Hono } from 'hono'
import type { EdgeEnv } from './edge.ts'
import { inside } from './doors.ts'

type Json = Record<string, unknown>

/** Both classic dialects at one root: each answer says in the words of the other too what clients of that look for. */
export function union(web3: Hono<EdgeEnv>, nft: Hono<EdgeEnv>): Hono<EdgeEnv> {
  const routes = new Hono<EdgeEnv>({ strict: false })
  routes.use(async (call, next) => {
    await next()
    const { res } = call
    const isUpload = call.req.method === 'POST' && call.req.path.endsWith('/upload')
    if ((res.status < 400 && !isUpload) || !res.headers.get('content-type')?.startsWith('application/json')) return
    const body = united((await res.json()) as Json)
    call.res = new Response(JSON.stringify(body), { status: res.status, headers: res.headers })
  })
  routes.route(inside.web3, web3)
  routes.route(inside.nft, nft)
  return routes
}

/** `{ok:true,value}` and `{cid}`; `{ok:false,error:{code,message}}` and `{code,message}`. The pinning API has one language in both. */
function united(body: Json): Json {
  const { ok, value, error, code, message } = body as { ok?: boolean; value?: Json; error?: Json; code?: unknown; message?: unknown }
  if (ok === true) return { ...body, cid: value?.cid }
  if (ok === false) return { ...body, code: error?.code, message: error?.message }
  return message === undefined ? body : { ok: false, error: { code, message }, ...body }
}
