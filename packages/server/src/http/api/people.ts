import { createRoute, z } from '@hono/zod-openapi'
import type { Invitations, People, Settings } from '../../domain/accounts/index.ts'
import { body, email } from './bodies.ts'
import { invitedShape, invitedView, waitingList, waitingView } from './members.ts'
import { readBody } from './read-body.ts'
import type { Api } from './router.ts'
import { idParam, iso, json, problems } from './shapes.ts'

const done = { 204: { description: 'Done' }, ...problems }
const settingsShape = z
  .object({
    name: z.string(),
    network: z.enum(['local', 'public']).optional().openapi({ description: 'Which network the server joins when it starts; a variable that is set wins over it' }),
    secondFactor: z.boolean().openapi({ description: 'Everybody has to show a second factor when they sign in' }),
  })
  .openapi('Settings')
const changes = settingsShape.partial()
const address = z.object({ email })
const reset = z.object({ email, secondFactor: z.boolean().default(false).openapi({ description: 'Also forget the second factor and the passkeys' }) })
const resetShape = z.object({ token: z.string().openapi({ description: 'For the link /reset#token=…, shown once' }), expires: z.iso.datetime() })

const get = createRoute({ method: 'get', path: '/admin/settings', summary: 'Settings of the instance', responses: { 200: json(settingsShape, 'Settings'), ...problems } })
const change = createRoute({ method: 'patch', path: '/admin/settings', summary: 'Change them', request: body(changes), responses: { 200: json(settingsShape, 'As they are now'), ...problems } })
const list = createRoute({ method: 'get', path: '/admin/invitations', summary: 'Invitations to accounts, that wait', responses: { 200: json(waitingList, 'Oldest first'), ...problems } })
const invite = createRoute({ method: 'post', path: '/admin/invitations', summary: 'Ask somebody to have an account', request: body(address), responses: { 201: json(invitedShape, 'Invited'), ...problems } })
const withdraw = createRoute({ method: 'delete', path: '/admin/invitations/{id}', summary: 'Withdraw one', request: { params: idParam }, responses: done })
const resetRoute = createRoute({ method: 'post', path: '/admin/members/reset', summary: 'A link by which a member sets a new password', request: body(reset), responses: { 201: json(resetShape, 'Hand it over'), ...problems } })

/** What admins do for people. */
export function peopleRoutes(routes: Api, { settings, invitations, people }: { settings: Settings; invitations: Invitations; people: People }): void {
  for (const route of [change, invite, resetRoute]) routes.openAPIRegistry.registerPath(route)

  routes.openapi(get, async (call) => call.json(await settings.get(call.var.principal), 200))
  routes.patch('/admin/settings', async (call) => call.json(await settings.change(call.var.principal, await readBody(call, changes)), 200))
  routes.openapi(list, async (call) => call.json({ invitations: (await invitations.listAccounts(call.var.principal)).map(waitingView) }, 200))
  routes.post('/admin/invitations', async (call) => call.json(invitedView(await invitations.inviteAccount(call.var.principal, await readBody(call, address))), 201))
  routes.openapi(withdraw, async (call) => {
    await invitations.withdrawAccount(call.var.principal, call.req.valid('param').id)
    return call.body(null, 204)
  })
  routes.post('/admin/members/reset', async (call) => {
    const { token, expires } = await people.reset(call.var.principal, await readBody(call, reset))
    return call.json({ token, expires: iso(expires) }, 201)
  })
}
