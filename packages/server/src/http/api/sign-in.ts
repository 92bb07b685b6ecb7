import { createRoute, z } from '@hono/zod-openapi'
import type { Accounts, Invitations, Joining } from '../../domain/accounts/index.ts'
import type { SignIn } from '../../ports/sign-in.ts'
import { demandSameOrigin, headersWithAddress } from '../edge.ts'
import type { Limits } from '../limits/limits.ts'
import { body, credential, email, memberRole, password, token } from './bodies.ts'
import { answerEntered, enteredShape, pageOf, personOf } from './entering.ts'
import { readBody } from './read-body.ts'
import type { Api } from './router.ts'
import { json, problems } from './shapes.ts'

const doors = z
  .object({
    links: z.boolean().openapi({ description: 'Letters with a link that signs in, and for forgotten passwords' }),
    passkeys: z.boolean().openapi({ description: 'There are passkeys at this address: it has a host name' }),
    providers: z.array(z.object({ id: z.string(), name: z.string() })),
    signUp: z.enum(['closed', 'open']),
  })
  .openapi('Doors')
const address = z.object({ email })
const holder = z.object({ token })
const holderWithPassword = holder.extend({ password })
const invitation = z.object({ email: z.string(), role: memberRole, account: z.string().optional(), isMember: z.boolean() }).openapi('Invitation')
const options = z.looseObject({}).openapi('CredentialOptions')
const sent = { 202: { description: 'A letter is on its way, if there is whom to send it to' }, ...problems }
const entered = { 200: json(enteredShape, 'Signed in'), ...problems }

const post = (path: string, summary: string, schema: z.ZodType, responses: object) => createRoute({ method: 'post', path, summary, request: body(schema), responses: responses as typeof sent })
const list = createRoute({ method: 'get', path: '/sign-in', summary: 'Which ways there are to sign in', security: [], responses: { 200: json(doors, 'The ways'), ...problems } })

const documented = [
  post('/sign-in/link', 'Ask for a letter with a link that signs in', address, sent),
  post('/sign-in/link/use', 'Sign in with such a link', holder, entered),
  post('/sign-in/reset', 'Ask for a letter with a link that sets a new password', address, sent),
  post('/sign-in/reset/use', 'Set a new password with such a link', holderWithPassword, entered),
  post('/sign-in/sign-up', 'Ask for an account, where the operator lets anybody have one', address, sent),
  post('/sign-in/passkey/options', 'What a browser needs to ask for a passkey', z.object({}), { 200: json(options, 'For navigator.credentials.get'), ...problems }),
  post('/sign-in/passkey', 'Sign in with a passkey', credential, entered),
  post('/sign-in/invitation', 'Look at an invitation', holder, { 200: json(invitation, 'The invitation'), ...problems }),
  post('/sign-in/invitation/accept', 'Accept it: with a new password, or without one in one\'s session', holder.extend({ password: password.optional() }), entered),
]

export interface SignInRouteParts {
  accounts: Accounts
  invitations: Invitations
  joining: Joining
  limits: Limits
  signIn: SignIn
  signUp: 'closed' | 'open'
  publicUrl?: string
}

/** Ways in other than a password. None of the answers tells whether an e-mail is known. */
export function signInRoutes(routes: Api, parts: SignInRouteParts): void {
  const { invitations, joining, limits, signIn, signUp, publicUrl } = parts
  for (const route of documented) routes.openAPIRegistry.registerPath(route)
  const welcome = signUp === 'open' ? invitations.welcome : undefined

  routes.openapi(list, async (call) => {
    const passkeys = await signIn.passkeys.options(pageOf(call, publicUrl)).then(() => true, () => false)
    return call.json({ links: signIn.links.offered, passkeys, providers: signIn.providers.list(), signUp }, 200)
  })
  routes.post('/sign-in/*', (call, next) => {
    demandSameOrigin(call)
    return next()
  })
  routes.post('/sign-in/link', async (call) => {
    await signIn.links.send((await readBody(call, address)).email, headersWithAddress(limits, call), welcome)
    return call.body(null, 202)
  })
  routes.post('/sign-in/link/use', async (call) => call.json(answerEntered(call, await signIn.links.enter((await readBody(call, holder)).token, headersWithAddress(limits, call))), 200))
  routes.post('/sign-in/reset', async (call) => {
    await signIn.passwords.sendReset((await readBody(call, address)).email, headersWithAddress(limits, call))
    return call.body(null, 202)
  })
  routes.post('/sign-in/reset/use', async (call) => {
    const given = await readBody(call, holderWithPassword)
    return call.json(answerEntered(call, await signIn.passwords.reset(given.token, given.password, headersWithAddress(limits, call))), 200)
  })
  routes.post('/sign-in/sign-up', async (call) => {
    const { email: wanted } = await readBody(call, address)
    joining.demandOpen()
    await signIn.links.send(wanted, headersWithAddress(limits, call), invitations.welcome)
    return call.body(null, 202)
  })
  routes.post('/sign-in/passkey/options', async (call) => call.json(await signIn.passkeys.options(pageOf(call, publicUrl)), 200))
  routes.post('/sign-in/passkey', async (call) => {
    const answer = await readBody(call, credential)
    return call.json(answerEntered(call, await signIn.passkeys.enter(answer, pageOf(call, publicUrl), headersWithAddress(limits, call))), 200)
  })
  routes.post('/sign-in/invitation', async (call) => call.json(await joining.look((await readBody(call, holder)).token), 200))
  routes.post('/sign-in/invitation/accept', async (call) => {
    const given = await readBody(call, holder.extend({ password: password.optional() }))
    const headers = headersWithAddress(limits, call)
    if (given.password !== undefined) return call.json(answerEntered(call, await joining.accept(given.token, { password: given.password }, headers)), 200)
    const who = await personOf(call, parts)
    await joining.acceptAs(given.token, who)
    return call.json({ email: who.member.email }, 200)
  })
}
