import { inlineCid } from '../../support/psa.ts'
import type { Case, Kitchen, Recipes } from '../recipe.ts'
import { jsonOf } from '../ask.ts'
import { json, pinOf } from '../world.ts'

const statuses = ['queued', 'pinning', 'pinned', 'failed']

/** The pinning API, wherever a dialect has it. */
export const pinRecipes: Recipes = {
  'psa GET /pins': {
    kind: 'list',
    scope: 'pins:read',
    counts: (answer, { bystanders }) => ({ told: jsonOf(answer).count, most: bystanders.pins }),
    make: ({ path, world, random }) => ({ owner: { method: 'GET', path: `${path()}?${query(world, random)}` } }),
  },
  'psa POST /pins': { kind: 'create', scope: 'pins:write', make: (kitchen) => wish(kitchen, kitchen.path(), kitchen.random.chance(0.3) ? kitchen.random.one(kitchen.world.uploads).cid : undefined) },
  'psa GET /pins/:requestid': { kind: 'row', scope: 'pins:read', make: ({ path, world, random }) => ({ owner: { method: 'GET', path: path(random.one(world.pins).id) } }) },
  'psa POST /pins/:requestid': {
    kind: 'row',
    scope: 'pins:write',
    async make(kitchen) {
      const { path, world, random } = kitchen
      const [mine, theirs] = [await world.fresh.pin(), random.one(world.pins)]
      const { owner, other } = wish(kitchen, path(mine.id))
      return { owner, other: { ...other!, path: path(theirs.id) }, after: { path: `/psa/pins/${theirs.id}`, has: theirs.cid } }
    },
  },
  'psa DELETE /pins/:requestid': {
    kind: 'row',
    scope: 'pins:write',
    async make({ path, world, random }) {
      const [mine, theirs] = [await world.fresh.pin(), random.one(world.pins)]
      return { owner: { method: 'DELETE', path: path(mine.id) }, other: { method: 'DELETE', path: path(theirs.id) }, after: { path: `/psa/pins/${theirs.id}`, has: theirs.cid } }
    },
  },
}

/** Filters of every kind: by what the owner named, pinned, wrote, and when. */
export function query({ marks, uploads, pins }: Kitchen['world'], random: Kitchen['random']): URLSearchParams {
  const query = new URLSearchParams()
  const maybe = (name: string, value: string) => void (random.chance(0.35) && query.set(name, value))
  maybe('status', random.chance(0.5) ? statuses.join(',') : random.one(statuses))
  // The beginning of what all of the owner's names begin with: nobody is told what they asked for.
  maybe('name', marks.row.slice(0, 3))
  maybe('match', random.one(['exact', 'iexact', 'partial', 'ipartial']))
  maybe('cid', random.one(random.one([uploads, pins])).cid)
  maybe('before', new Date(Date.now() + random.whole(-60_000, 60_000)).toISOString())
  maybe('after', new Date(Date.now() - random.whole(0, 600_000)).toISOString())
  maybe('limit', String(random.scale(1, 1000)))
  maybe('meta', JSON.stringify({ [marks.row.slice(0, 3)]: 'value' }))
  return query
}

/** A wish of the owner, and the same CID wished for by others in their words. */
export function wish({ world, random }: Pick<Kitchen, 'world' | 'random'>, path: string, cid = inlineCid(String(random.fraction()))): Case {
  const number = random.whole(0, 1e9)
  const asked = (mark: string) => ({ method: 'POST', path, headers: json, body: JSON.stringify(pinOf(cid, mark, number)) })
  return { owner: asked(world.marks.row), other: asked('mallory') }
}

