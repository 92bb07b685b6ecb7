import type { Recipe, Recipes } from '../recipe.ts'
import { json } from '../world.ts'

/** What only admins see, of all accounts or of the server. */
const seen: Recipe = { kind: 'admin', session: 'both', make: ({ path }) => ({ owner: { method: 'GET', path: path() } }) }

/** What only they change. */
function changed(body: unknown, more: Partial<Recipe> = {}): Recipe {
  return { ...seen, make: ({ path, way }) => ({ owner: { method: way.method, path: path('nothing'), ...(body !== undefined && { headers: json, body: JSON.stringify(body) }) } }), ...more }
}

export const adminRecipes: Recipes = {
  'root GET /metrics': { ...seen, session: undefined },
  'api GET /scrub': seen,
  'api POST /scrub': changed(undefined, { rarely: 50 }),
  'api GET /storage/segments': seen,
  'api POST /reclaim': changed(undefined, { rarely: 50 }),
  'api GET /jobs': seen,
  'api POST /jobs/retry': changed({ kind: 'fetch-dag', key: 'nothing' }, { ok: [404] }),
  'api GET /network': seen,
  'api GET /denylists': seen,
  'api GET /abuse-reports': seen,
  'api DELETE /abuse-reports/:id': changed(undefined, { ok: [404] }),
  'api GET /admin/accounts': { ...seen, make: ({ path, world }) => ({ owner: { method: 'GET', path: `${path()}?search=${world.marks.row.slice(0, 3)}` } }) },
  'api PATCH /admin/accounts/:id': { ...seen, make: ({ path, world }) => ({ owner: { method: 'PATCH', path: path(world.account), headers: json, body: '{"suspended":false}' }, other: { method: 'PATCH', path: path(world.account), headers: json, body: '{"suspended":true}' }, after: { path: '/api/v1/usage', has: 'bytes' } }) },
  'api GET /admin/accounts/:id/usage': { ...seen, make: ({ path, world }) => ({ owner: { method: 'GET', path: path(world.bystanders.account) } }) },
  'api GET /admin/audit': seen,
  'api GET /admin/settings': seen,
  'api PATCH /admin/settings': changed({ name: 'Harbour' }),
  'api GET /admin/invitations': seen,
  'api POST /admin/invitations': changed({ email: 'guest@example.org' }, { rarely: 20, ok: [201, 409] }),
  'api DELETE /admin/invitations/:id': changed(undefined, { ok: [404] }),
  'api POST /admin/members/reset': changed({ email: 'unknown@example.org' }, { ok: [404] }),
  'api PUT /admin/plans/:id': changed({ name: 'Fuzz' }),
  'api DELETE /admin/plans/:id': { ...seen, ok: [404], make: ({ path }) => ({ owner: { method: 'DELETE', path: path('none') } }) },
  'api PUT /admin/plans-page': changed({ words: 'Ask.', contact: 'admin@example.org' }),
  'api GET /admin/access-requests': seen,
  'api POST /admin/access-requests/:id': changed({ approve: true }, { ok: [404] }),
  'api PUT /admin/access': changed({ closed: false }),
}
