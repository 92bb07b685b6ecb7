import { createRoute, z } from '@hono/zod-openapi'
import type { Accounts, Setup } from '../../domain/accounts/index.ts'
import type { SignIn } from '../../ports/sign-in.ts'
import { demandSameOrigin, headersWithAddress, type Call } from '../edge.ts'
import type { Limits } from '../limits/limits.ts'
import { readBody } from './read-body.ts'
import type { Api } from './router.ts'
import { json, problems } from './shapes.ts'

const who = z.object({ email: z.string(), account: z.object({ id: z.string(), role: z.enum(['admin', 'user']) }) }).openapi('Session')
const credentials = z.object({ email: z.string().max(254), password: z.string().max(1024) })
const invitation = credentials.extend({ token: z.string().max(200) })
const body = <T extends z.ZodType>(schema: T) => ({ body: { required: true, content: { 'application/json': { schema } } } })

const signInRoute = createRoute({ method: 'post', path: '/session', summary: 'Sign in', request: body(credentials), responses: { 200: json(who, 'Signed in'), ...problems } })
const get = createRoute({ method: 'get', path: '/session', summary: 'Who is signed in', responses: { 200: json(who, 'Signed in'), ...problems } })
const end = createRoute({ method: 'delete', path: '/session', summary: 'Sign out', responses: { 204: { description: 'Signed out' }, ...problems } })
const redeem = createRoute({
  method: 'post',
  path: '/setup',
  summary: 'Make the first admin with the one-time link',
  request: body(invitation),
  responses: { 201: json(z.object({ email: z.string() }), 'Made and signed in'), ...problems },
})

/** People: set-up, sign-in, sign-out. */
export function sessionRoutes(routes: Api, { accounts, limits, setup, signIn }: { accounts: Accounts; limits: Limits; setup: Setup; signIn: SignIn }): void {
  for (const route of [signInRoute, redeem]) routes.openAPIRegistry.registerPath(route)

  async function start(call: Call, { email, password }: z.infer<typeof credentials>): Promise<void> {
    const { cookies } = await signIn.signIn(email, password, headersWithAddress(limits, call))
    for (const cookie of cookies) call.header('Set-Cookie', cookie, { append: true })
  }

  routes.post('/session', async (call) => {
    demandSameOrigin(call)
    const given = await readBody(call, credentials)
    await start(call, given)
    const { id, email, role } = await accounts.ensure(given.email)
    return call.json({ email, account: { id, role } }, 200)
  })
  routes.openapi(get, async (call) => {
    const { account } = await accounts.bySession(call.req.raw.headers)
    return call.json({ email: account.email, account: { id: account.id, role: account.role } }, 200)
  })
  routes.openapi(end, async (call) => {
    demandSameOrigin(call)
    for (const cookie of await signIn.signOut(call.req.raw.headers)) call.header('Set-Cookie', cookie, { append: true })
    return call.body(null, 204)
  })
  routes.post('/setup', async (call) => {
    demandSameOrigin(call)
    const { token, email, password } = await readBody(call, invitation)
    const account = await setup.redeem(token, email, password)
    await start(call, { email, password })
    return call.json({ email: account.email }, 201)
  })
}
