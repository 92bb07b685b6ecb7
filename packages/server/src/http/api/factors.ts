import { createRoute, z } from '@hono/zod-openapi'
import type { SignIn } from '../../ports/sign-in.ts'
import { headersWithAddress } from '../edge.ts'
import { body, credential } from './bodies.ts'
import { answerEntered, enteredShape, pageOf, personOf, type PersonParts } from './entering.ts'
import { readBody } from './read-body.ts'
import type { Api } from './router.ts'
import { idParam, json, problems } from './shapes.ts'

const codes = z.array(z.string()).openapi({ description: 'Shown once; each works once' })
const proposal = z.object({ secret: z.string(), uri: z.string().openapi({ description: 'For a QR code' }) })
const confirmation = z.object({ secret: z.string().max(64), code: z.string().max(20) })
const confirmed = enteredShape.extend({ recoveryCodes: codes }).openapi('Confirmed')
const newPasskey = z.object({ name: z.string().max(100), answer: credential })
const done = { 204: { description: 'Done' }, ...problems }

const propose = createRoute({ method: 'post', path: '/me/codes/proposal', summary: 'A new secret for one-time codes; nothing is stored yet', responses: { 200: json(proposal, 'The secret'), ...problems } })
const confirm = createRoute({ method: 'post', path: '/me/codes', summary: 'Ask for one-time codes from now on; all other sessions end', request: body(confirmation), responses: { 200: json(confirmed, 'Set up'), ...problems } })
const removeCodes = createRoute({ method: 'delete', path: '/me/codes', summary: 'Ask for one-time codes no more', responses: done })
const renew = createRoute({ method: 'post', path: '/me/codes/recovery', summary: 'New recovery codes in the place of the old', responses: { 200: json(z.object({ recoveryCodes: codes }), 'The codes'), ...problems } })
const keyOptions = createRoute({ method: 'post', path: '/me/passkeys/options', summary: 'What a browser needs to make a passkey', responses: { 200: json(z.looseObject({}), 'For navigator.credentials.create'), ...problems } })
const addKey = createRoute({ method: 'post', path: '/me/passkeys', summary: 'Sign in with this passkey from now on', request: body(newPasskey), responses: { 200: json(enteredShape, 'Added'), ...problems } })
const removeKey = createRoute({ method: 'delete', path: '/me/passkeys/{id}', summary: 'Remove a passkey', request: { params: idParam }, responses: done })

/** Second factors, and passkeys, of the person who is signed in. */
export function factorRoutes(routes: Api, parts: PersonParts & { signIn: SignIn; publicUrl?: string }): void {
  const { limits, publicUrl, signIn } = parts
  for (const route of [confirm, addKey]) routes.openAPIRegistry.registerPath(route)
  const enrolling = { enrolling: true }

  routes.openapi(propose, async (call) => call.json(await signIn.codes.propose(await personOf(call, parts, enrolling)), 200))
  routes.post('/me/codes', async (call) => {
    const who = await personOf(call, parts, enrolling)
    const { secret, code } = await readBody(call, confirmation)
    const entered = await signIn.codes.confirm(who, secret, code, headersWithAddress(limits, call))
    return call.json({ ...answerEntered(call, entered), recoveryCodes: entered.recoveryCodes }, 200)
  })
  routes.openapi(removeCodes, async (call) => {
    await signIn.codes.remove(await personOf(call, parts))
    return call.body(null, 204)
  })
  routes.openapi(renew, async (call) => {
    call.header('Cache-Control', 'no-store')
    return call.json({ recoveryCodes: await signIn.codes.renewRecoveryCodes(await personOf(call, parts)) }, 200)
  })
  routes.openapi(keyOptions, async (call) => call.json({ ...(await signIn.passkeys.newOptions(await personOf(call, parts, enrolling), pageOf(call, publicUrl))) }, 200))
  routes.post('/me/passkeys', async (call) => {
    const who = await personOf(call, parts, enrolling)
    const { name, answer } = await readBody(call, newPasskey)
    return call.json(answerEntered(call, await signIn.passkeys.add(who, answer, name, pageOf(call, publicUrl), headersWithAddress(limits, call))), 200)
  })
  routes.openapi(removeKey, async (call) => {
    await signIn.passkeys.remove(await personOf(call, parts), call.req.valid('param').id)
    return call.body(null, 204)
  })
}
