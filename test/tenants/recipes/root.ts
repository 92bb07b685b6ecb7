import { newOwner } from '../../../packages/server/src/domain/names/testing/make-record.ts'
import type { Kitchen, Recipe, Recipes } from '../recipe.ts'
import { sent } from './bodies.ts'

const record = 'application/vnd.ipfs.ipns-record'
const page: Recipe = { kind: 'public', make: ({ path }) => ({ owner: { method: 'GET', path: path() } }) }

/** Pinion's doors, the gateway, names, health, the dashboard. */
export const rootRecipes: Recipes = {
  'root POST /upload/api/v1': { kind: 'create', scope: 'upload', make: (kitchen) => sent(kitchen, undefined, 'name=') },
  'root POST /upload/web': { kind: 'create', session: 'only', make: (kitchen) => sent(kitchen, undefined, 'name=') },
  'root ALL /gateway/api/v1/*': { kind: 'list', scope: 'gateway', bytes: true, make: (kitchen) => reading(kitchen, '/gateway/api/v1') },
  'root ALL /gateway/web/*': { kind: 'list', session: 'only', bytes: true, make: (kitchen) => reading(kitchen, '/gateway/web') },
  'root ALL /api/gateway/*': { kind: 'public', bytes: true, ok: [301, 302, 307], make: ({ world, random }) => ({ owner: { method: 'GET', path: `/api/gateway/${random.one(world.uploads).cid}` } }) },
  'gateway GET /ipfs/*': { kind: 'public', bytes: true, make: (kitchen) => reading(kitchen, '') },
  'gateway GET /ipns/*': { kind: 'public', bytes: true, ok: [404, 502, 504], make: async () => ({ owner: { method: 'GET', path: `/ipns/${(await newOwner()).name.text}` } }) },
  'root GET /routing/v1/ipns/:name': { kind: 'public', make: async ({ path }) => ({ owner: { method: 'GET', path: path((await newOwner()).name.text), headers: { accept: record } } }) },
  'root PUT /routing/v1/ipns/:name': {
    kind: 'public',
    async make({ path, world, random }) {
      const { name, sign } = await newOwner()
      return { owner: { method: 'PUT', path: path(name.text), headers: { 'content-type': record }, body: await sign({ value: `/ipfs/${random.one(world.shared)}` }) } }
    },
  },
  'root GET /routing/v1/providers/:cid': { kind: 'public', make: ({ path, world, random }) => ({ owner: { method: 'GET', path: path(random.one(world.uploads).cid) } }) },
  'root GET /routing/v1/peers/:id': { kind: 'public', make: async ({ path }) => ({ owner: { method: 'GET', path: path((await newOwner()).name.text) } }) },
  'root GET /abuse': page,
  // So many from one address, then no more for a while.
  'root POST /abuse': { kind: 'public', rarely: 20, ok: [201, 429], make: ({ path }) => ({ owner: { method: 'POST', path: path(), headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'path=%2Fipfs%2Fx&kind=other&words=w' } }) },
  'root GET /.well-known/jwks.json': page,
  'root GET /healthz': page,
  'root GET /readyz': page,
  'root GET /*': { kind: 'public', make: ({ random }) => ({ owner: { method: 'GET', path: random.one(['/', '/files', '/settings', '/favicon.svg', '/.env', '/assets']) } }), ok: [200, 404] },
}

function reading({ world, random }: Kitchen, mount: string) {
  const query = random.one(['', '?format=car', '?format=raw'])
  return { owner: { method: random.one(['GET', 'HEAD']), path: `${mount}/ipfs/${random.one(world.uploads).cid}${query}` } }
}
