import type { Hono } from 'hono'
import { demand } from '../../domain/access/index.ts'
import type { Keys } from '../../domain/accounts/index.ts'
import type { UsageFacts } from '../../domain/usage/index.ts'
import { fault } from '../../kernel/faults.ts'
import type { Scope } from '../../kernel/scopes.ts'
import type { EdgeEnv } from '../edge.ts'
import { jsonBody } from '../json-body.ts'
import { instant } from './shapes.ts'

export interface AccountParts {
  keys: Keys
  usage: UsageFacts
}

/** What could be asked for there, and what here gives it; undefined: every account has it. */
const tags: Record<string, Scope | undefined> = { HasPsaAccess: 'pins:write', StorageLimitBytes: undefined }

/** `/user/account`, `/user/tokens`, `/user/request`. */
export function accountRoutes(routes: Hono<EdgeEnv>, { keys, usage }: AccountParts): void {
  // A DAG is charged once, however it is held: all of it counts as uploaded.
  routes.get('/user/account', async (call) => {
    const { bytes } = await usage.account(call.var.principal)
    return call.json({ usedStorage: { uploaded: bytes, psaPinned: 0, total: bytes } })
  })

  routes.get('/user/tokens', async (call) => {
    const found = await keys.list(call.var.principal)
    return call.json(found.map(({ id, name, created }) => ({ _id: id, name, created: instant(created) })))
  })

  // The only time that the token is told: it is not kept.
  routes.post('/user/tokens', async (call) => {
    const { principal } = call.var
    const { name } = await jsonBody(call)
    if (typeof name !== 'string') throw fault('INVALID_REQUEST', { reason: 'name must be a text' })
    const { id, token, name: kept, created } = await keys.createBy(principal, { name, scopes: [...principal.scopes] })
    return call.json({ _id: id, name: kept, secret: token, created: instant(created) }, 201)
  })

  routes.delete('/user/tokens/:id', async (call) => {
    const id = call.req.param('id')
    await keys.revoke(call.var.principal, id)
    return call.json({ _id: id })
  })

  // Nobody decides on requests here: whoever may have something has it.
  routes.post('/user/request', async (call) => {
    const { tagName } = await jsonBody(call)
    if (typeof tagName !== 'string' || !Object.hasOwn(tags, tagName)) throw fault('INVALID_REQUEST', { reason: `tagName must be ${Object.keys(tags).join(' or ')}` })
    const scope = tags[tagName]
    if (scope !== undefined) demand(call.var.principal, scope)
    return call.json(true)
  })
}
