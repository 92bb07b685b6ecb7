import type { Hono } from 'hono'
import { demand, type AccessRequests } from '../../domain/access/index.ts'
import type { Keys } from '../../domain/accounts/index.ts'
import type { UsageFacts } from '../../domain/usage/index.ts'
import { fault } from '../../kernel/faults.ts'
import type { EdgeEnv } from '../edge.ts'
import { jsonBody } from '../json-body.ts'
import { instant } from './shapes.ts'

export interface AccountParts {
  keys: Keys
  usage: UsageFacts
  access: AccessRequests
}

/** What could be asked for there. More storage is a matter of plans here, which nobody asks for by a key. */
const tags = ['HasPsaAccess', 'StorageLimitBytes'] as const

const shownTokens = 1000

/** `/user/account`, `/user/tokens`, `/user/request`. */
export function accountRoutes(routes: Hono<EdgeEnv>, { keys, usage, access }: AccountParts): void {
  // A DAG is charged once, however it is held: all of it counts as uploaded.
  routes.get('/user/account', async (call) => {
    const { bytes } = await usage.account(call.var.principal)
    return call.json({ usedStorage: { uploaded: bytes, psaPinned: 0, total: bytes } })
  })

  routes.get('/user/tokens', async (call) => {
    // Its client asks for no further page.
    const { keys: found } = await keys.list(call.var.principal, { limit: shownTokens })
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

  // Whoever asks twice has asked.
  routes.post('/user/request', async (call) => {
    const { principal } = call.var
    const { tagName, requestedTagValue: amount, userProposalForm: purpose } = await jsonBody(call)
    if (!tags.some((tag) => tag === tagName)) throw fault('INVALID_REQUEST', { reason: `tagName must be ${tags.join(' or ')}` })
    if (tagName !== 'HasPsaAccess') return call.json(true)
    demand(principal, 'pins:write')
    const { allowed, request } = await access.standing(principal)
    if (!allowed && request?.state !== 'open') await access.ask(principal, { purpose: text(purpose) || 'Asked for by a client of web3.storage.', amount: text(amount) })
    return call.json(true)
  })
}

/** Its form is JSON in a text, or whatever a client made of it. */
function text(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value)
}
