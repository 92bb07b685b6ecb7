import { Hono } from 'hono'
import type { Principal } from '../../domain/access/index.ts'
import type { Dags } from '../../domain/dags/index.ts'
import type { Roots, Uploads, UploadWish } from '../../domain/uploads/index.ts'
import { fault } from '../../kernel/faults.ts'
import { byKey, demandBodyLimit, faultOf, openToAllOrigins, incomingOf, type Call, type EdgeEnv } from '../edge.ts'
import { jsonBody } from '../json-body.ts'
import { classicWords, pinRoutes, type PsaParts } from '../psa/index.ts'
import { receiveBody } from '../upload-body.ts'
import { nameInHeader } from '../x-name.ts'
import { failure, noEndpoint, success } from './envelope.ts'
import { readListQuery } from './list-query.ts'
import { receiveSigned, type MetaplexParts } from './metaplex.ts'
import { checkView, nftView } from './nft-view.ts'
import { storeToken } from './store.ts'

export interface NftParts extends PsaParts {
  uploads: Uploads
  roots: Roots
  dags: Dags
  maxBody: number
  /** Undefined: nothing is taken without a key. */
  metaplex?: MetaplexParts
}

/** The API of NFT.Storage, as its clients know it. */
export function nft(parts: NftParts): Hono<EdgeEnv> {
  const { uploads, roots, dags, maxBody, metaplex, log } = parts
  const routes = new Hono<EdgeEnv>({ strict: false })

  /** Its own listing, with what is missing of it and where. */
  async function view(principal: Principal, cid: string) {
    const root = await roots.get(principal, cid)
    return nftView(root, await dags.status(cid))
  }

  function unnamed(call: Call): UploadWish {
    demandBodyLimit(call, maxBody)
    return { profile: 'nft-storage', wrap: true, ownRoot: true, ...incomingOf(call) }
  }

  const wishOf = (call: Call): UploadWish => ({ ...unnamed(call), name: nameInHeader(call) })

  routes.route('/pins', pinRoutes(parts, classicWords))
  routes.use(openToAllOrigins)
  routes.get('/check/:cid', async (call) => {
    const cid = call.req.param('cid')
    return success(call, checkView(cid, await dags.status(cid)))
  })

  routes.post('/metaplex/upload', async (call) => {
    if (metaplex === undefined) return noEndpoint(call)
    return success(call, await receiveSigned({ uploads, dags, metaplex }, call, unnamed(call)))
  })

  routes.use(async (call, next) => {
    call.set('principal', await byKey(parts, call))
    await next()
  })
  routes.post('/upload', async (call) => {
    const { principal } = call.var
    const { upload } = await receiveBody(uploads, principal, call, wishOf(call))
    return success(call, await view(principal, upload.roots[0]!.cid))
  })
  routes.patch('/upload/:cid', async (call) => {
    const [{ principal }, cid] = [call.var, call.req.param('cid')]
    const { name } = await jsonBody(call)
    if (typeof name !== 'string') throw fault('INVALID_REQUEST', { reason: '"name" is required and must be a string' })
    await roots.rename(principal, cid, name)
    return success(call, await view(principal, cid))
  })
  routes.post('/store', async (call) => success(call, await storeToken(uploads, call.var.principal, call, wishOf(call))))
  routes.get('/', async (call) => {
    const { count, roots: found } = await roots.list(call.var.principal, readListQuery(new URL(call.req.url).searchParams))
    call.header('Count', String(count))
    return success(call, found.map((root) => nftView(root)))
  })
  routes.get('/:cid', async (call) => success(call, await view(call.var.principal, call.req.param('cid'))))
  routes.delete('/:cid', async (call) => {
    await roots.remove(call.var.principal, call.req.param('cid'))
    return call.json({ ok: true }, 202)
  })

  const allowed = { '/': 'GET', '/upload': 'POST', '/store': 'POST', '/upload/:cid': 'PATCH', '/check/:cid': 'GET', '/:cid': 'GET, DELETE' }
  for (const [path, allow] of Object.entries(allowed)) {
    routes.all(path, (call) => {
      throw fault('METHOD_NOT_ALLOWED', { method: call.req.method, allow })
    })
  }
  routes.all('*', noEndpoint)
  routes.onError((error, call) => failure(call, faultOf(error, log, call)))
  return routes
}
