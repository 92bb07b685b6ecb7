import { newOwner } from '../../../packages/server/src/domain/names/testing/make-record.ts'
import type { Recipes } from '../recipe.ts'
import { json } from '../world.ts'
import { bodies, sent } from './bodies.ts'

const root = '/web3/user/uploads'

export const web3Recipes: Recipes = {
  'web3 GET /version': { kind: 'public', make: ({ path }) => ({ owner: { method: 'GET', path: path() } }) },
  'web3 GET /status/:cid': { kind: 'public', bytes: true, make: ({ path, world, random }) => ({ owner: { method: 'GET', path: path(random.one(world.uploads).cid) } }) },
  'web3 GET /car/:cid': { kind: 'public', bytes: true, make: ({ path, world, random }) => ({ owner: { method: 'GET', path: path(random.one(world.uploads).cid) } }) },
  'web3 GET /name/:key': { kind: 'public', ok: [404], make: async ({ path }) => ({ owner: { method: 'GET', path: path((await newOwner()).name.text) } }) },
  'web3 POST /name/:key': {
    kind: 'public',
    make: async ({ path, world, random }) => {
      const { name, sign } = await newOwner()
      const record = await sign({ value: `/ipfs/${random.one(world.shared)}` })
      return { owner: { method: 'POST', path: path(name.text), body: Buffer.from(record).toString('base64') } }
    },
  },
  'web3 POST /car': { kind: 'create', scope: 'upload', make: (kitchen) => sent(kitchen, bodies.car) },
  'web3 POST /upload': { kind: 'create', scope: 'upload', make: (kitchen) => sent(kitchen) },
  'web3 GET /user/uploads': {
    kind: 'list',
    scope: 'upload',
    ok: [200, 416],
    counts: ({ status, headers }, { bystanders }) => ({ told: status === 200 ? Number(/^count\n(\d+)$/im.exec(headers)?.[1]) : 0, most: bystanders.uploads }),
    make({ path, random }) {
      const query = random.one(['', `before=${new Date(Date.now() + random.whole(-60_000, 60_000)).toISOString()}`, `page=${random.whole(1, 2)}&sortBy=Name&sortOrder=Asc`, 'page=1&sortBy=Date'])
      return { owner: { method: 'GET', path: `${path()}?size=${random.scale(1, 1000)}&${query}` } }
    },
  },
  'web3 GET /user/uploads/:cid': { kind: 'row', scope: 'upload', make: ({ path, world, random }) => ({ owner: { method: 'GET', path: path(random.one(world.uploads).cid) } }) },
  'web3 DELETE /user/uploads/:cid': {
    kind: 'row',
    scope: 'upload',
    async make({ path, world, random }) {
      const theirs = random.one(world.uploads)
      return { owner: { method: 'DELETE', path: path((await world.fresh.upload()).cid) }, other: { method: 'DELETE', path: path(theirs.cid) }, after: { path: `${root}/${theirs.cid}`, has: world.marks.row } }
    },
  },
  'web3 POST /user/uploads/:cid/rename': {
    kind: 'row',
    scope: 'upload',
    async make({ path, world, random }) {
      const theirs = random.one(world.uploads)
      const to = (cid: string, name: string) => ({ method: 'POST', path: path(cid), headers: json, body: JSON.stringify({ name }) })
      return { owner: to((await world.fresh.upload()).cid, `${world.marks.row} renamed`), other: to(theirs.cid, 'mallory'), after: { path: `${root}/${theirs.cid}`, has: world.marks.row } }
    },
  },
  'web3 GET /user/account': { kind: 'list', make: ({ path }) => ({ owner: { method: 'GET', path: path() } }) },
  'web3 GET /user/tokens': { kind: 'list', scope: 'account', make: ({ path }) => ({ owner: { method: 'GET', path: path() } }) },
  'web3 POST /user/tokens': {
    kind: 'create',
    scope: 'account',
    make: ({ path, world }) => {
      const named = (name: string) => ({ method: 'POST', path: path(), headers: json, body: JSON.stringify({ name }) })
      return { owner: named(`${world.marks.row} token`), other: named('mallory') }
    },
  },
  'web3 DELETE /user/tokens/:id': {
    kind: 'row',
    scope: 'account',
    async make({ path, world, random }) {
      const theirs = random.one(world.keys)
      return { owner: { method: 'DELETE', path: path(await world.fresh.key()) }, other: { method: 'DELETE', path: path(theirs) }, after: { path: '/api/v1/keys?limit=1000', has: theirs } }
    },
  },
  'web3 POST /user/request': { kind: 'create', make: ({ path }) => ({ owner: { method: 'POST', path: path(), headers: json, body: '{"tagName":"HasPsaAccess"}' } }) },
}
