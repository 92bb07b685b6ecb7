import { createRoute, z } from '@hono/zod-openapi'
import type { Accounts, Joining, Members } from '../../domain/accounts/index.ts'
import type { SignedIn, SignIn } from '../../ports/sign-in.ts'
import { demandSameOrigin, headersWithAddress } from '../edge.ts'
import type { Limits } from '../limits/limits.ts'
import { body, email, memberRole, password } from './bodies.ts'
import { answerEntered, enteredShape, needsShape, personOf, setCookies } from './entering.ts'
import { readBody } from './read-body.ts'
import type { Api } from './router.ts'
import { json, problems } from './shapes.ts'

const account = z.object({ id: z.string(), email: z.string(), role: z.enum(['admin', 'user']) })
const who = z
  .object({
    email: z.string(),
    needs: needsShape.or(z.literal('account')).optional().openapi({ description: 'What is still to be shown before the session is good for anything; or an account, where the person belongs to none' }),
    account: account.optional().openapi({ description: 'That the session looks at' }),
    role: memberRole.optional().openapi({ description: 'What the person is to it' }),
  })
  .openapi('Session')
const credentials = z.object({ email, password })
const code = z.object({ code: z.string().max(100) })
const choice = z.object({ account: z.string().max(100) })

const enter = createRoute({ method: 'post', path: '/session', summary: 'Sign in', request: body(credentials), responses: { 200: json(who, 'Signed in'), ...problems } })
const second = createRoute({ method: 'post', path: '/session/code', summary: 'Show a one-time code, or a recovery code', request: body(code), responses: { 200: json(enteredShape, 'Signed in'), ...problems } })
const get = createRoute({ method: 'get', path: '/session', summary: 'Who is signed in', responses: { 200: json(who, 'Signed in'), ...problems } })
const end = createRoute({ method: 'delete', path: '/session', summary: 'Sign out', responses: { 204: { description: 'Signed out' }, ...problems } })
const begin = createRoute({ method: 'post', path: '/session/account', summary: 'An account of one\'s own, for a person who belongs to none', responses: { 204: { description: 'Made' }, ...problems } })
const list = createRoute({ method: 'get', path: '/session/accounts', summary: 'Accounts that the person belongs to', responses: { 200: json(z.object({ accounts: z.array(z.object({ id: z.string(), email: z.string(), role: memberRole })) }), 'Accounts'), ...problems } })
const choose = createRoute({ method: 'put', path: '/session/account', summary: 'Look at another account', request: body(choice), responses: { 204: { description: 'Chosen' }, ...problems } })

export interface SessionRouteParts {
  accounts: Accounts
  joining: Joining
  members: Members
  limits: Limits
  signIn: SignIn
}

/** People come and go. */
export function sessionRoutes(routes: Api, parts: SessionRouteParts): void {
  const { accounts, joining, members, limits, signIn } = parts
  for (const route of [enter, second, choose]) routes.openAPIRegistry.registerPath(route)

  routes.post('/session', async (call) => {
    demandSameOrigin(call)
    const given = await readBody(call, credentials)
    const entered = await signIn.passwords.enter(given.email, given.password, headersWithAddress(limits, call))
    answerEntered(call, entered)
    return call.json(await sessionView(entered), 200)
  })
  routes.post('/session/code', async (call) => {
    demandSameOrigin(call)
    const headers = headersWithAddress(limits, call)
    const entered = await signIn.codes.enter(await accounts.whoIs(headers), (await readBody(call, code)).code, headers)
    return call.json(answerEntered(call, entered), 200)
  })
  routes.openapi(get, async (call) => {
    return call.json(await sessionView(await accounts.whoIs(call.req.raw.headers)), 200)
  })
  routes.openapi(end, async (call) => {
    demandSameOrigin(call)
    setCookies(call, await signIn.sessions.end(call.req.raw.headers))
    return call.body(null, 204)
  })
  routes.openapi(list, async (call) => call.json({ accounts: await members.accountsOf(await personOf(call, parts)) }, 200))
  routes.put('/session/account', async (call) => {
    const person = await personOf(call, parts)
    await members.lookAt(person, (await readBody(call, choice)).account)
    return call.body(null, 204)
  })
  routes.openapi(begin, async (call) => {
    await joining.begin(await personOf(call, parts))
    return call.body(null, 204)
  })

  async function sessionView({ member, needs, ...look }: Pick<SignedIn, 'member' | 'needs' | 'accountId' | 'account' | 'role'>): Promise<z.infer<typeof who>> {
    if (look.accountId === undefined) return { email: member.email, needs: needs ?? 'account' }
    const { account: { id, email: address, role }, role: shown } = await accounts.shown(look)
    return { email: member.email, needs, account: { id, email: address, role }, role: shown }
  }
}
