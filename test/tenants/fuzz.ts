import { random, type Random } from '../crash/random.ts'
import { runCase, Leak } from './case.ts'
import type { Recipes } from './recipe.ts'
import { recipeOf } from './recipes/index.ts'
import { shown, type Way } from './ways.ts'
import type { World } from './world.ts'

export interface FuzzOptions {
  world: World
  ways: readonly Way[]
  recipes?: Recipes
  seed: string
  /** Answers to be looked at, those of the world's making not counted. */
  requests: number
  connections: number
  /** This case alone. */
  only?: number
  report?(line: string): void
}

export interface FuzzResult {
  requests: number
  cases: number
  leaks: readonly string[]
}

/** Enough to see what is wrong. */
const maxLeaks = 10

/** Asks every way as its owner and as others, again and again. What one case asks follows from the seed and its number. */
export async function fuzzTenants({ world, ways, recipes, seed, requests, connections, only, report = () => {} }: FuzzOptions): Promise<FuzzResult> {
  const lost = ways.filter((way) => recipeOf(way, recipes) === undefined)
  const leaks = lost.map((way) => `route ${shown(way)} has no recipe`)
  leaks.forEach(report)
  if (leaks.length > 0) return { requests: 0, cases: 0, leaks }

  const start = world.api.count()
  let next = only ?? 0
  const isOver = () => leaks.length >= maxLeaks || (only === undefined ? next >= ways.length && world.api.count() - start >= requests : next > only)

  async function work(): Promise<void> {
    while (!isOver()) {
      const number = next++
      const chance = random(seed, number)
      const way = choose(ways, number, chance, recipes)
      try {
        await runCase({ world, way, recipe: recipeOf(way, recipes)!, random: chance })
      } catch (error) {
        if (!(error instanceof Leak)) throw error
        leaks.push(`case ${number}, ${shown(way)}: ${error.message}\n  again: npm run fuzz:tenants -- --seed ${seed} --only ${number}`)
        report(leaks.at(-1)!)
      }
      if (number % 5000 === 4999) report(`${world.api.count() - start} requests`)
    }
  }
  await Promise.all(Array.from({ length: only === undefined ? connections : 1 }, work))
  return { requests: world.api.count() - start, cases: next - (only ?? 0), leaks }
}

/** Each way once, then all alike but those that cost much. */
function choose(ways: readonly Way[], number: number, chance: Random, recipes?: Recipes): Way {
  if (number < ways.length) return ways[number]!
  for (;;) {
    const way = chance.one(ways)
    if (chance.chance(1 / (recipeOf(way, recipes)!.rarely ?? 1))) return way
  }
}
