import { random, type Random } from './random.ts'
import type { Piece, Recipe } from './recipe.ts'

/** What is done to the folder or the server, beside the kill itself. */
export const kinds = ['kill', 'storm', 'startup', 'torn', 'index', 'power', 'full'] as const
export type Kind = (typeof kinds)[number]

/** One call of a client, after a pause of so many milliseconds. */
export type Step = Call & { pause: number }

/** `pick`s are fractions: of all that is there when the call is made, which one. */
export type Call =
  | { do: 'file' | 'directory'; recipe: Recipe; pin: boolean; slow: boolean }
  | { do: 'car'; recipe: Recipe; pin: boolean; slow: boolean }
  /** A tree whose parts come one by one, also in later rounds; `order` is the seed of how it is split. */
  | { do: 'split'; recipe: Recipe; parts: number; order: string }
  | { do: 'part'; pick: number }
  | { do: 'again'; pick: number; pin: boolean }
  | { do: 'pin'; pick: number }
  /** Content that nobody sent yet, and perhaps never will. */
  | { do: 'pin-absent'; recipe: Recipe }
  | { do: 'arrive'; pick: number }
  | { do: 'unpin' | 'remove' | 'read'; pick: number }
  | { do: 'replace'; pick: number; by: number }

export interface Round {
  number: number
  kind: Kind
  /** Milliseconds from the first call to the kill. */
  workMs: number
  /** What each client does, one call after the other, until the kill. */
  clients: Step[][]
  /** Deletes all at once before the kill: fractions as in `Step`. */
  storm: number[]
  /**
   * Milliseconds from the storm to the kill, or from the first sign that segments are being rewritten: what frees space begins a second
   * after the deletes.
   */
  calmMs: number
  awaitRewrite: boolean
  /** Milliseconds after which starts are killed before the one that is let through. */
  startKills: number[]
  /** Bytes that the medium still takes, in a round of kind `full`. */
  room: number
  /** Feeds what happens to the folder after the kill. */
  seed: string
}

const weights: Record<Kind, number> = { kill: 36, storm: 18, startup: 12, torn: 8, index: 8, power: 12, full: 6 }
const stepWeights = {
  file: 22, directory: 8, car: 8, split: 4, part: 16, again: 8, pin: 10, 'pin-absent': 3, arrive: 4, unpin: 14, remove: 18, replace: 6, read: 12,
}

/** Everything that chance decides about a round. The same seed gives the same plan, whatever came before it. */
export function planRound(seed: string, number: number, only: readonly Kind[] = kinds): Round {
  const r = random(seed, 'round', number)
  const kind = r.weighted(Object.fromEntries(only.map((name) => [name, weights[name]])) as Record<Kind, number>)
  const workMs = r.scale(100, 1500)
  const awaitRewrite = kind === 'storm' && r.chance(0.6)
  return {
    number,
    kind,
    workMs,
    clients: Array.from({ length: 6 }, (_, client) => planClient(random(seed, 'round', number, 'client', client), `${seed}/${number}/${client}`, workMs)),
    storm: kind === 'storm' ? Array.from({ length: r.whole(10, 60) }, () => r.fraction()) : [],
    awaitRewrite,
    calmMs: awaitRewrite ? r.whole(0, 25) : r.scale(1, 1500),
    startKills: kind === 'startup' ? Array.from({ length: r.whole(1, 3) }, () => r.scale(1, 250)) : [],
    room: kind === 'full' ? r.scale(1, 4 << 20) : Infinity,
    seed: `${seed}/${number}`,
  }
}

function planClient(r: Random, name: string, workMs: number): Step[] {
  const count = 4 + Math.ceil(workMs / 50)
  return Array.from({ length: count }, (_, i) => ({ pause: r.chance(0.5) ? 0 : r.whole(0, 80), ...planStep(r, `${name}/${i}`) }))
}

function planStep(r: Random, name: string): Call {
  const what = r.weighted(stepWeights)
  const pin = r.chance(0.8)
  const slow = r.chance(0.15)
  const pick = r.fraction()
  switch (what) {
    case 'file': return { do: what, recipe: { kind: 'file', pieces: planPieces(r, name) }, pin, slow }
    case 'directory': return { do: what, recipe: planDirectory(r, name), pin, slow }
    case 'car': return { do: what, recipe: planTree(r, name), pin, slow }
    case 'split': return { do: what, recipe: planTree(r, name), parts: r.whole(2, 12), order: name }
    case 'pin-absent': return { do: what, recipe: planTree(r, name) }
    case 'again': return { do: what, pick, pin }
    case 'replace': return { do: what, pick, by: r.fraction() }
    default: return { do: what, pick }
  }
}

/** A third of it from a small stock, so that roots come again and blocks are shared. */
function planPiece(r: Random, name: string, max: number): Piece {
  if (!r.chance(0.33)) return { name, length: r.scale(1, max) }
  const item = r.whole(0, 99)
  return { name: `stock/${item}`, length: 1 + ((item * 7919) % Math.min(max, 200_000)) }
}

function planPieces(r: Random, name: string): Piece[] {
  const whole: Piece = { name: `stock/MiB/${r.whole(0, 3)}`, length: 1 << 20 }
  return r.chance(0.05) ? [whole, planPiece(r, name, 1 << 20)] : [planPiece(r, name, r.chance(0.1) ? 4 << 20 : 400_000)]
}

function planDirectory(r: Random, name: string): Recipe {
  const folders = ['', 'docs/', 'docs/deep/', 'ä b/']
  const files = Array.from({ length: r.whole(2, 12) }, (_, i) => ({ path: `${r.one(folders)}${i}.bin`, piece: planPiece(r, `${name}/${i}`, 30_000) }))
  return { kind: 'directory', files }
}

/** Pieces are as long as the blocks, so that a piece from the stock is a block that other trees have too. */
function planTree(r: Random, name: string): Recipe {
  const chunkBytes = r.one([64, 512, 4096])
  const pieces = Array.from({ length: r.scale(2, 150) }, (_, i) => ({ name: r.chance(0.25) ? `stock/${chunkBytes}/${r.whole(0, 39)}` : `${name}/${i}`, length: chunkBytes }))
  return { kind: 'tree', pieces, chunkBytes, width: r.whole(2, 12) }
}
