import { createRoute, z } from '@hono/zod-openapi'
import type { Setup } from '../../domain/accounts/index.ts'
import type { SignIn } from '../../ports/sign-in.ts'
import { demandSameOrigin, headersWithAddress } from '../edge.ts'
import type { Limits } from '../limits/limits.ts'
import { body, email, password, token } from './bodies.ts'
import { answerEntered } from './entering.ts'
import { readBody } from './read-body.ts'
import type { Api } from './router.ts'
import { json, problems } from './shapes.ts'

const beginning = z.object({
  token,
  email,
  password,
  name: z.string().max(200).optional().openapi({ description: 'What people call this server' }),
  network: z.enum(['local', 'public']).optional().openapi({ description: 'Which network it joins from the next start on, where THOLE_NETWORK is not set' }),
})

const redeem = createRoute({
  method: 'post',
  path: '/setup',
  summary: 'Make the first admin with the one-time link',
  request: body(beginning),
  responses: { 201: json(z.object({ email: z.string() }), 'Made and signed in'), ...problems },
})

export function setupRoutes(routes: Api, { limits, setup, signIn }: { limits: Limits; setup: Setup; signIn: SignIn }): void {
  routes.openAPIRegistry.registerPath(redeem)
  routes.post('/setup', async (call) => {
    demandSameOrigin(call)
    const { token: given, email: address, password: secret, ...choices } = await readBody(call, beginning)
    const account = await setup.redeem(given, { email: address, password: secret }, choices)
    answerEntered(call, await signIn.passwords.enter(address, secret, headersWithAddress(limits, call)))
    return call.json({ email: account.email }, 201)
  })
}
