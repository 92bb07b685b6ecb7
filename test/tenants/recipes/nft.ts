import { car, rawBlock } from '../../support/api.ts'
import { signedFor } from '../../support/wallet.ts'
import type { Recipes } from '../recipe.ts'
import { json } from '../world.ts'
import { bodies, sent } from './bodies.ts'

export const nftRecipes: Recipes = {
  'nft GET /check/:cid': { kind: 'public', bytes: true, make: ({ path, world, random }) => ({ owner: { method: 'GET', path: path(random.one(world.uploads).cid) } }) },
  // Whoever has a wallet is a guest of the account that pays, which is the owner's.
  'nft POST /metaplex/upload': {
    kind: 'public',
    make({ path, world, random }) {
      const sent = (bytes: string, name: string) => {
        const { cid, bytes: body } = rawBlock(Buffer.from(bytes))
        const headers = { 'content-type': 'application/car', 'x-web3auth': signedFor({ cid }), 'x-name': name }
        return { method: 'POST', path: path(), headers, body: car([cid], [{ cid, bytes: body }]) }
      }
      const fresh = String(random.fraction())
      return { owner: sent(fresh, world.marks.row), other: sent(random.one([fresh, 'of all three']), 'mallory') }
    },
  },
  'nft POST /upload': { kind: 'create', scope: 'upload', make: (kitchen) => sent(kitchen) },
  'nft PATCH /upload/:cid': {
    kind: 'row',
    scope: 'upload',
    async make({ path, world, random }) {
      const theirs = random.one(world.uploads)
      const to = (cid: string, name: string) => ({ method: 'PATCH', path: path(cid), headers: json, body: JSON.stringify({ name }) })
      return { owner: to((await world.fresh.upload()).cid, `${world.marks.row} renamed`), other: to(theirs.cid, 'mallory'), after: { path: `/nft/${theirs.cid}`, has: world.marks.row } }
    },
  },
  'nft POST /store': { kind: 'create', scope: 'upload', make: (kitchen) => sent(kitchen, bodies.token) },
  'nft GET /': {
    kind: 'list',
    scope: 'upload',
    counts: ({ headers }, { bystanders }) => ({ told: Number(/^count\n(\d+)$/im.exec(headers)?.[1] ?? 0), most: bystanders.uploads }),
    make: ({ path, random }) => ({ owner: { method: 'GET', path: `${path()}?limit=${random.scale(1, 1000)}${random.one(['', `&before=${new Date(Date.now() + random.whole(-60_000, 60_000)).toISOString()}`])}` } }),
  },
  'nft GET /:cid': { kind: 'row', scope: 'upload', make: ({ path, world, random }) => ({ owner: { method: 'GET', path: path(random.one(world.uploads).cid) } }) },
  'nft DELETE /:cid': {
    kind: 'row',
    scope: 'upload',
    async make({ path, world, random }) {
      const theirs = random.one(world.uploads)
      return { owner: { method: 'DELETE', path: path((await world.fresh.upload()).cid) }, other: { method: 'DELETE', path: path(theirs.cid) }, after: { path: `/nft/${theirs.cid}`, has: world.marks.row } }
    },
  },
}
