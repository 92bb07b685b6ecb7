import { createRoute, z } from '@hono/zod-openapi'
import type { SignIn } from '../../ports/sign-in.ts'
import { headersWithAddress } from '../edge.ts'
import { body, password, token } from './bodies.ts'
import { answerEntered, enteredShape, personOf, type PersonParts } from './entering.ts'
import { readBody } from './read-body.ts'
import type { Api } from './router.ts'
import { idParam, iso, json, problems } from './shapes.ts'

const when = z.iso.datetime()
const me = z
  .object({
    email: z.string(),
    verified: z.boolean().openapi({ description: 'It was proved here that the e-mail is theirs' }),
    needs: enteredShape.shape.needs,
    password: z.boolean(),
    codes: z.boolean().openapi({ description: 'One-time codes are asked for' }),
    recoveryCodes: z.number().openapi({ description: 'That are left' }),
    passkeys: z.array(z.object({ id: z.string(), name: z.string(), created: when, used: when.optional() })),
    identities: z.array(z.object({ provider: z.string(), subject: z.string(), email: z.string(), created: when, used: when.optional() })),
  })
  .openapi('Me')
const sessionShape = z.object({ id: z.string(), current: z.boolean(), agent: z.string().optional(), address: z.string().optional(), created: when, seen: when }).openapi('PersonSession')
const passwords = z.object({ current: password.optional(), password })
const holder = z.object({ token })
const identity = z.object({ provider: z.string().max(500), subject: z.string().max(500) })
const done = { 204: { description: 'Done' }, ...problems }

const get = createRoute({ method: 'get', path: '/me', summary: 'How the person who is signed in signs in', responses: { 200: json(me, 'Their ways'), ...problems } })
const setPassword = createRoute({ method: 'put', path: '/me/password', summary: 'Set a new password; all other sessions end', request: body(passwords), responses: { 200: json(enteredShape, 'Set'), ...problems } })
const sessions = createRoute({ method: 'get', path: '/me/sessions', summary: 'Where the person is signed in', responses: { 200: json(z.object({ sessions: z.array(sessionShape) }), 'Newest first'), ...problems } })
const endOne = createRoute({ method: 'delete', path: '/me/sessions/{id}', summary: 'End a session', request: { params: idParam }, responses: done })
const endOthers = createRoute({ method: 'delete', path: '/me/sessions', summary: 'End all sessions but this one', responses: done })
const unlink = createRoute({ method: 'post', path: '/me/identities/unlink', summary: 'Sign in no more by this identity', request: body(identity), responses: done })
const askVerification = createRoute({ method: 'post', path: '/me/verification', summary: 'Have a letter sent that proves whose the e-mail is', responses: { 202: { description: 'On its way' }, ...problems } })
const verify = createRoute({ method: 'post', path: '/me/verify', summary: 'Prove it with its link', request: body(holder), responses: done })

/** What people see and change of their own ways to sign in. */
export function meRoutes(routes: Api, parts: PersonParts & { signIn: SignIn }): void {
  const { limits, signIn } = parts
  for (const route of [setPassword, unlink, verify]) routes.openAPIRegistry.registerPath(route)

  routes.openapi(get, async (call) => {
    const { member, needs } = await personOf(call, parts, { enrolling: true })
    const { verified, password: has, codes, recoveryCodes, passkeys, identities } = await signIn.members.about(member.id)
    return call.json({
      email: member.email, verified, needs, password: has, codes, recoveryCodes,
      passkeys: passkeys.map(({ id, name, created, used }) => ({ id, name, created: iso(created), used: used === undefined ? undefined : iso(used) })),
      identities: identities.map(({ provider, subject, email, created, used }) => ({ provider, subject, email, created: iso(created), used: used === undefined ? undefined : iso(used) })),
    }, 200)
  })
  routes.put('/me/password', async (call) => {
    const who = await personOf(call, parts)
    return call.json(answerEntered(call, await signIn.passwords.change(who, await readBody(call, passwords), headersWithAddress(limits, call))), 200)
  })
  routes.openapi(sessions, async (call) => {
    const who = await personOf(call, parts)
    const all = await signIn.sessions.list(who)
    return call.json({ sessions: all.map(({ id, agent, address, created, seen }) => ({ id, current: id === who.sessionId, agent, address, created: iso(created), seen: iso(seen) })) }, 200)
  })
  routes.openapi(endOne, async (call) => {
    await signIn.sessions.endOne(await personOf(call, parts), call.req.valid('param').id)
    return call.body(null, 204)
  })
  routes.openapi(endOthers, async (call) => {
    await signIn.sessions.endOthers(await personOf(call, parts))
    return call.body(null, 204)
  })
  routes.post('/me/identities/unlink', async (call) => {
    const who = await personOf(call, parts)
    const { provider, subject } = await readBody(call, identity)
    await signIn.providers.unlink(who, provider, subject)
    return call.body(null, 204)
  })
  routes.openapi(askVerification, async (call) => {
    await signIn.links.sendVerification(await personOf(call, parts), headersWithAddress(limits, call))
    return call.body(null, 202)
  })
  routes.post('/me/verify', async (call) => {
    const who = await personOf(call, parts)
    await signIn.links.verify(who, (await readBody(call, holder)).token)
    return call.body(null, 204)
  })
}
