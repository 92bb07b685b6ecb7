import { createRoute, z } from '@hono/zod-openapi'
import type { Invitations, Invited, Members } from '../../domain/accounts/index.ts'
import type { LoginTokenRow } from '../../ports/db/index.ts'
import { body, email, memberRole } from './bodies.ts'
import { readBody } from './read-body.ts'
import type { Api } from './router.ts'
import { idParam, iso, json, problems } from './shapes.ts'

const when = z.iso.datetime()
const memberShape = z.object({ id: z.string(), email: z.string(), role: memberRole, secondFactor: z.boolean(), created: when }).openapi('Member')
const invitedShape = z
  .object({ id: z.string(), expires: when, token: z.string().optional().openapi({ description: 'For the link /invitation#token=…, shown once; absent where a letter took it there' }) })
  .openapi('Invited')
const waitingShape = z.object({ id: z.string(), email: z.string(), role: memberRole, madeBy: z.string().optional(), mailed: z.boolean(), created: when, expires: when }).openapi('WaitingInvitation')
export const waitingList = z.object({ invitations: z.array(waitingShape) })
const done = { 204: { description: 'Done' }, ...problems }
const wish = z.object({ email, role: memberRole })
const change = z.object({ role: memberRole })

const list = createRoute({ method: 'get', path: '/members', summary: 'Who belongs to the account', responses: { 200: json(z.object({ members: z.array(memberShape) }), 'The longest here first'), ...problems } })
const setRole = createRoute({ method: 'patch', path: '/members/{id}', summary: 'Give a member another role', request: { params: idParam, ...body(change) }, responses: done })
const remove = createRoute({ method: 'delete', path: '/members/{id}', summary: 'Remove a member, or leave', request: { params: idParam }, responses: done })
const invitations = createRoute({ method: 'get', path: '/members/invitations', summary: 'Invitations that wait', responses: { 200: json(waitingList, 'Oldest first'), ...problems } })
const invite = createRoute({ method: 'post', path: '/members/invitations', summary: 'Ask somebody into the account', request: body(wish), responses: { 201: json(invitedShape, 'Invited'), ...problems } })
const withdraw = createRoute({ method: 'delete', path: '/members/invitations/{id}', summary: 'Withdraw an invitation', request: { params: idParam }, responses: done })

export { invitedShape }

/** Who belongs to the account of the caller. */
export function memberRoutes(routes: Api, { members, invitations: asked }: { members: Members; invitations: Invitations }): void {
  for (const route of [setRole, invite]) routes.openAPIRegistry.registerPath(route)

  routes.openapi(invitations, async (call) => call.json({ invitations: (await asked.list(call.var.principal)).map(waitingView) }, 200))
  routes.post('/members/invitations', async (call) => call.json(invitedView(await asked.invite(call.var.principal, await readBody(call, wish))), 201))
  routes.openapi(withdraw, async (call) => {
    await asked.withdraw(call.var.principal, call.req.valid('param').id)
    return call.body(null, 204)
  })
  routes.openapi(list, async (call) => {
    const all = await members.list(call.var.principal)
    return call.json({ members: all.map(({ memberId, email: address, role, secondFactor, created }) => ({ id: memberId, email: address, role, secondFactor, created: iso(created) })) }, 200)
  })
  routes.patch('/members/:id', async (call) => {
    await members.setRole(call.var.principal, call.req.param('id'), (await readBody(call, change)).role)
    return call.body(null, 204)
  })
  routes.openapi(remove, async (call) => {
    await members.remove(call.var.principal, call.req.valid('param').id)
    return call.body(null, 204)
  })
}

export function invitedView({ id, expires, token }: Invited): z.infer<typeof invitedShape> {
  return { id, expires: iso(expires), token }
}

export function waitingView({ id, email: address = '', role = 'owner', madeBy, kind, created, expires }: LoginTokenRow): z.infer<typeof waitingShape> {
  return { id, email: address, role, madeBy, mailed: kind === 'mailed', created: iso(created), expires: iso(expires) }
}
