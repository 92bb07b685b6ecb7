import type { Recipe, Recipes } from '../recipe.ts'
import { jsonOf } from '../ask.ts'
import { json } from '../world.ts'
import { sent } from './bodies.ts'
import { query, wish } from './pins.ts'

const read = { method: 'GET' }

const page: Recipe = { kind: 'public', make: ({ path }) => ({ owner: { ...read, path: path() } }) }
/** What concerns the account that asks. */
const own: Recipe = { ...page, kind: 'list', session: 'both' }

/** What is stored, pinned and shown by Thole's own API. */
export const apiRecipes: Recipes = {
  'api GET /instance': page,
  'api GET /openapi.json': page,
  'api POST /uploads': { kind: 'create', scope: 'upload', session: 'both', make: (kitchen) => sent(kitchen, undefined, 'name=') },
  'api GET /uploads': {
    ...own,
    scope: 'upload',
    counts: (answer, { bystanders }) => ({ told: jsonOf(answer).count, most: bystanders.uploads }),
    make: ({ path, random }) => ({ owner: { ...read, path: `${path()}?limit=${random.scale(1, 1000)}${random.one(['', `&before=${new Date(Date.now() + random.whole(-60_000, 60_000)).toISOString()}`])}` } }),
  },
  'api DELETE /uploads/:id': {
    kind: 'row',
    scope: 'upload',
    session: 'both',
    async make({ path, world, random }) {
      const theirs = random.one(world.uploads)
      return { owner: { method: 'DELETE', path: path((await world.fresh.upload()).id) }, other: { method: 'DELETE', path: path(theirs.id) }, after: { path: `/web3/user/uploads/${theirs.cid}`, has: world.marks.row } }
    },
  },
  'api POST /pins': { kind: 'create', scope: 'pins:write', session: 'both', make: (kitchen) => wish(kitchen, kitchen.path(), kitchen.random.chance(0.3) ? kitchen.random.one(kitchen.world.uploads).cid : undefined) },
  'api GET /pins': {
    ...own,
    scope: 'pins:read',
    counts: (answer, { bystanders }) => ({ told: jsonOf(answer).count, most: bystanders.pins }),
    make({ path, world, random }) {
      const asked = query(world, random)
      if (asked.get('status')?.includes(',')) asked.delete('status')
      return { owner: { ...read, path: `${path()}?${asked}` } }
    },
  },
  'api GET /pins/:id': { kind: 'row', scope: 'pins:read', session: 'both', make: ({ path, world, random }) => ({ owner: { ...read, path: path(random.one(world.pins).id) } }) },
  'api DELETE /pins/:id': {
    kind: 'row',
    scope: 'pins:write',
    session: 'both',
    async make({ path, world, random }) {
      const theirs = random.one(world.pins)
      return { owner: { method: 'DELETE', path: path((await world.fresh.pin()).id) }, other: { method: 'DELETE', path: path(theirs.id) }, after: { path: `/psa/pins/${theirs.id}`, has: theirs.cid } }
    },
  },
  'api GET /dags/:cid': { ...own, bytes: true, make: ({ path, world, random }) => ({ owner: { ...read, path: path(random.one(world.uploads).cid) } }) },
  'api POST /blocks/missing': { ...own, scope: 'upload', make: ({ path, world, random }) => ({ owner: { method: 'POST', path: path(), headers: json, body: JSON.stringify({ cids: [random.one(world.uploads).cid] }) } }) },
  'api GET /usage': own,
  'api GET /storage': own,
  'api GET /keys': { ...own, scope: 'account', counts: (answer, { bystanders }) => ({ told: jsonOf(answer).count, most: bystanders.keys }) },
  'api POST /keys': {
    kind: 'create',
    scope: 'account',
    session: 'both',
    make: ({ path, world }) => {
      const named = (name: string) => ({ method: 'POST', path: path(), headers: json, body: JSON.stringify({ name, scopes: ['pins:read'] }) })
      return { owner: named(`${world.marks.row} made`), other: named('mallory') }
    },
  },
  'api DELETE /keys/:id': {
    kind: 'row',
    scope: 'account',
    session: 'both',
    async make({ path, world, random }) {
      const theirs = random.one(world.keys)
      return { owner: { method: 'DELETE', path: path(await world.fresh.key()) }, other: { method: 'DELETE', path: path(theirs) }, after: { path: '/api/v1/keys?limit=1000', has: theirs } }
    },
  },
  // All that an account has, one at a time.
  'api GET /account/export': { ...own, scope: 'account', rarely: 200, ok: [200, 409, 429] },
  'api POST /pins/:id/retry': {
    kind: 'row',
    scope: 'pins:write',
    session: 'both',
    async make({ path, world, random }) {
      const theirs = random.one(world.pins)
      return { owner: { method: 'POST', path: path((await world.fresh.pin()).id) }, other: { method: 'POST', path: path(theirs.id) }, after: { path: `/psa/pins/${theirs.id}`, has: theirs.cid } }
    },
  },
  'api GET /usage/history': { ...own, make: ({ path, random }) => ({ owner: { ...read, path: `${path()}${random.one(['', '?format=csv'])}` } }) },
  'api GET /plans': own,
  'api GET /events': { ...own, make: ({ path, random }) => ({ owner: { ...read, path: `${path()}?limit=${random.scale(1, 200)}` } }) },
  'api GET /events/stream': { ...own, rarely: 20, ok: [200, 429] },
  'api GET /account/settings': own,
  'api PUT /account/settings': { kind: 'create', scope: 'account', session: 'both', make: ({ path }) => ({ owner: { method: 'PUT', path: path(), headers: json, body: '{"onDemand":false}' } }) },
  'api GET /access': own,
  'api POST /access/requests': {
    kind: 'create',
    session: 'both',
    ok: [201, 409],
    make: ({ path, world }) => {
      const asked = (mark: string) => ({ method: 'POST', path: path(), headers: json, body: JSON.stringify({ purpose: mark, amount: mark, link: `https://${mark}.example` }) })
      return { owner: asked(world.marks.row), other: asked('mallory') }
    },
  },
  'api DELETE /access/notice': { kind: 'create', scope: 'account', session: 'both', make: ({ path }) => ({ owner: { method: 'DELETE', path: path() } }) },
}
