import type { Ask } from '../ask.ts'
import type { Recipe, Recipes } from '../recipe.ts'
import { json, samePage } from '../world.ts'

const guess = 'g'.repeat(43)

/** A page of ours asks, whoever looks at it. */
function page(ok: readonly number[] | undefined, body: unknown = {}): Recipe {
  return { kind: 'public', ok, make: ({ path, way }) => ({ owner: { method: way.method, path: path('nothing'), headers: { ...json, ...samePage }, body: way.method === 'GET' ? undefined : JSON.stringify(body) } }) }
}

/** What people change of themselves. `body`: what all of them ask for. */
function mine(body?: unknown, more: Partial<Recipe> = {}): Recipe {
  return {
    kind: 'create',
    session: 'only',
    make: ({ path, way }) => ({ owner: { method: way.method, path: path(crypto.randomUUID()), ...(body !== undefined && { headers: json, body: JSON.stringify(body) }) } }),
    ...more,
  }
}

const seen: Recipe = { kind: 'list', session: 'only', make: ({ path }) => ({ owner: { method: 'GET', path: path() } }) }

/** Ways in. What they answer to the wrong person is the same as to nobody. */
const doors: Recipes = {
  'api GET /sign-in': page(undefined),
  'api GET /sign-in/with/:provider': page([302]),
  'api GET /sign-in/with/:provider/callback': page([302]),
  'api POST /session': { ...page([401, 429], { email: 'nobody@example.org', password: 'wrong one' }), rarely: 10 },
  'api POST /session/code': { ...page([401, 429], { code: '123456' }), rarely: 10 },
  // A session that nobody has ends, and nobody else's does.
  'api DELETE /session': page(undefined),
  'api POST /setup': { ...page([409], { token: guess, email: 'mallory@example.org', password: 'a long enough one' }), rarely: 10 },
  'api POST /sign-in/link': page([404], { email: 'stranger@example.org' }),
  'api POST /sign-in/link/use': page([401], { token: guess }),
  'api POST /sign-in/reset': page([404], { email: 'stranger@example.org' }),
  'api POST /sign-in/reset/use': page([401], { token: guess, password: 'a long enough one' }),
  'api POST /sign-in/sign-up': page([404], { email: 'stranger@example.org' }),
  'api POST /sign-in/passkey': page([400, 401], { id: 'nobody', response: {} }),
  'api POST /sign-in/passkey/options': page([200, 400]),
  'api POST /sign-in/invitation': page([401], { token: guess }),
  'api POST /sign-in/invitation/accept': page([401], { token: guess, password: 'a long enough one' }),
}

/** What people see and change of how they sign in. */
const selves: Recipes = {
  'api GET /session': seen,
  'api GET /session/accounts': seen,
  'api POST /session/account': mine(undefined, { ok: [404] }),
  'api PUT /session/account': {
    kind: 'row',
    session: 'only',
    make: ({ path, world }) => ({ owner: { method: 'PUT', path: path(), headers: json, body: JSON.stringify({ account: world.account }) } }),
  },
  'api GET /me': seen,
  'api GET /me/sessions': seen,
  // Five wrong ones within a minute keep the owner out, whose new sessions others of these recipes need.
  'api PUT /me/password': mine({ current: 'not the present one', password: 'quite another one' }, { ok: [400, 429], rarely: 400 }),
  'api DELETE /me/sessions/:id': {
    kind: 'row',
    session: 'only',
    ok: [204, 404],
    rarely: 20,
    make: async ({ path, world }) => ({ owner: { method: 'DELETE', path: path(await world.fresh.session()) }, other: { method: 'DELETE', path: path(world.session) }, after: { path: '/api/v1/me/sessions', has: world.session } }),
  },
  'api DELETE /me/sessions': mine(undefined, { rarely: 20 }),
  'api POST /me/identities/unlink': mine({ provider: 'github', subject: '1' }, { ok: [404] }),
  'api POST /me/verification': mine(undefined, { ok: [404] }),
  'api POST /me/verify': mine({ token: guess }, { ok: [401] }),
  'api POST /me/codes/proposal': mine(),
  'api POST /me/codes': mine({ secret: 'A'.repeat(32), code: '000000' }, { ok: [400, 429], rarely: 20 }),
  'api DELETE /me/codes': mine(undefined, { rarely: 10 }),
  'api POST /me/codes/recovery': mine(undefined, { rarely: 10 }),
  'api POST /me/passkeys/options': mine(undefined, { ok: [200, 400] }),
  'api POST /me/passkeys': mine({ name: 'mallory', answer: { id: 'x', response: {} } }, { ok: [400, 401] }),
  'api DELETE /me/passkeys/:id': mine(undefined, { ok: [404] }),
}

const invited = '/api/v1/members/invitations'

/** Who belongs to an account: its owners decide, in their sessions. */
const members: Recipes = {
  'api GET /members': { ...seen, session: 'both', scope: 'account' },
  'api PATCH /members/:id': {
    kind: 'row',
    session: 'only',
    scope: 'account',
    make: ({ path, world: { reader } }) => ({ owner: { method: 'PATCH', path: path(reader.id), headers: json, body: '{"role":"reader"}' }, other: { method: 'PATCH', path: path(reader.id), headers: json, body: '{"role":"owner"}' }, after: { path: '/api/v1/members', has: reader.id } }),
  },
  'api DELETE /members/:id': {
    kind: 'row',
    session: 'only',
    scope: 'account',
    rarely: 50,
    // Everybody may leave, so that nobody who asks is the one who is to go.
    make: async ({ path, world }) => {
      const [going, staying] = [await world.fresh.member(), await world.fresh.member()]
      return { owner: { method: 'DELETE', path: path(going) }, other: { method: 'DELETE', path: path(staying) }, after: { path: '/api/v1/members', has: staying } }
    },
  },
  'api GET /members/invitations': { ...seen, scope: 'account' },
  'api POST /members/invitations': {
    kind: 'create',
    session: 'only',
    scope: 'account',
    rarely: 20,
    ok: [201, 409],
    make: ({ path, world, random }) => ({ owner: invitation(path(), `${world.marks.row}-${random.whole(0, 1e9)}@example.org`), other: invitation(path(), `guest-${random.whole(0, 1e9)}@example.org`) }),
  },
  'api DELETE /members/invitations/:id': {
    kind: 'row',
    session: 'only',
    scope: 'account',
    make: async ({ path, world }) => ({ owner: { method: 'DELETE', path: path((await world.fresh.invitation()).id) }, other: { method: 'DELETE', path: path(world.invitation) }, after: { path: invited, has: world.invitation } }),
  },
}

function invitation(path: string, email: string): Ask {
  return { method: 'POST', path, headers: json, body: JSON.stringify({ email, role: 'reader' }) }
}

export const peopleRecipes: Recipes = { ...doors, ...selves, ...members }
