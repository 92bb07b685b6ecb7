import type { Random } from '../crash/random.ts'
import type { Answer, Ask } from './ask.ts'
import { others, type Other } from './others.ts'
import type { Case, Recipe } from './recipe.ts'
import type { Way } from './ways.ts'
import type { World } from './world.ts'

/** What somebody should not have been told, or was refused, in words that say how to ask again. */
export class Leak extends Error {
  override readonly name = 'Leak'
}

export interface CaseParts {
  world: World
  way: Way
  recipe: Recipe
  random: Random
}

const refusals = [401, 403, 404]

/** The owner first, who must succeed; then somebody else, who must not. Throws Leak. */
export async function runCase({ world, way, recipe, random }: CaseParts): Promise<void> {
  const { api } = world
  const { owner, other = owner, after } = await recipe.make({ world, way, random, path: (...parameters) => filled(way, parameters) })
  const { key, session } = recipe.kind === 'admin' ? world.admin : world.owner
  const bySession = recipe.session === 'only' || (recipe.session === 'both' && random.chance(0.3))
  const own = await api.ask(owner, bySession ? session : key)
  if (!isOk(recipe, own)) throw new Leak(`${words(owner)} by its owner was answered with ${told(own)}`)
  if (['row', 'list', 'create'].includes(recipe.kind)) for (const id of idsOf(own)) if (id !== world.account) owned(world).add(id)

  const who = random.one(others(world, recipe, other))
  const answer = await api.ask(other, who.credentials)
  const wrong = judge(world, recipe, other, who, answer)
  if (wrong !== undefined) throw new Leak(`${words(other)} by ${who.name} ${wrong}: ${told(answer)}`)
  if (after !== undefined) await lookAgain(world, after, `${words(other)} by ${who.name}`)
}

/** What is wrong with an answer to somebody else. */
function judge(world: World, recipe: Recipe, asked: Ask, who: Other, answer: Answer): string | undefined {
  const { status } = answer
  const text = `${answer.headers}\n${answer.body.toString('latin1')}`
  if (status >= 500 && !recipe.ok?.includes(status)) return 'broke something'
  if (text.includes(world.marks.row)) return 'tells what is written in a row of the owner'
  if (!recipe.bytes && text.includes(world.marks.content)) return 'tells what the owner stores'
  if (who.refused && !refusals.includes(status)) return 'was not refused'
  if (recipe.kind === 'list' && status < 300) {
    const foreign = recipe.bytes ? undefined : idsOf(answer).find((id) => owned(world).has(id) && !words(asked).includes(id) && !String(asked.body).includes(id))
    if (foreign !== undefined) return `tells of ${foreign}, which is the owner's`
    const { told: counted, most } = recipe.counts?.(answer, world) ?? { told: 0, most: 0 }
    if (!(counted <= most)) return `counts ${counted} rows of ${most}`
  }
  return undefined
}

async function lookAgain({ api, owner }: World, { path, has }: NonNullable<Case['after']>, what: string): Promise<void> {
  const answer = await api.ask({ method: 'GET', path }, path.startsWith('/api/') ? owner.session : owner.key)
  if (answer.status !== 200 || !answer.body.includes(has)) throw new Leak(`after ${what} the owner asks for ${path} and is answered with ${told(answer)}`)
}

function isOk({ ok }: Recipe, { status }: Answer): boolean {
  return ok === undefined ? status >= 200 && status < 300 : ok.includes(status) || (status >= 200 && status < 300 && !ok.some((one) => one >= 400))
}

const known = new WeakMap<World, Set<string>>()

/** Ids of rows that the owner was told of. */
function owned(world: World): Set<string> {
  if (!known.has(world)) known.set(world, new Set())
  return known.get(world)!
}

function idsOf({ body }: Answer): string[] {
  return body.toString('latin1').match(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g) ?? []
}

function filled({ prefix, path }: Way, parameters: readonly string[]): string {
  let next = 0
  return `${prefix}${path}`.replace(/:\w+|\*/g, () => parameters[next++] ?? '')
}

function words({ method, path, body }: Ask): string {
  return `${method} ${path}${body === undefined ? '' : ` with ${Buffer.byteLength(body)} bytes`}`
}

function told({ status, headers, body }: Answer): string {
  return `${status} ${body.length === 0 ? headers.replaceAll('\n', ' ').slice(0, 300) : body.toString().slice(0, 500)}`
}
