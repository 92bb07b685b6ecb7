import type { Recipe, Recipes } from '../recipe.ts'
import { nameOf, type Way } from '../ways.ts'
import { adminRecipes } from './admin.ts'
import { apiRecipes } from './api.ts'
import { nftRecipes } from './nft.ts'
import { peopleRecipes } from './people.ts'
import { pinRecipes } from './pins.ts'
import { rootRecipes } from './root.ts'
import { web3Recipes } from './web3.ts'

export const recipes: Recipes = { ...pinRecipes, ...web3Recipes, ...nftRecipes, ...apiRecipes, ...adminRecipes, ...peopleRecipes, ...rootRecipes }

/** undefined: nobody has said who may see what of this way. */
export function recipeOf(way: Way, known: Recipes = recipes): Recipe | undefined {
  return known[nameOf(way)] ?? (way.method === 'ALL' ? closed : undefined)
}

/** What takes all methods that nothing else takes has nothing for anybody. */
const closed: Recipe = {
  kind: 'closed',
  ok: [400, 401, 404, 405, 501],
  make: ({ path, random, world }) => ({ owner: { method: random.one(['PROPFIND', 'LINK', 'UNLINK']), path: path(random.one(world.uploads).cid) } }),
}
