import type { Scope } from '../../packages/server/src/kernel/scopes.ts'
import type { Random } from '../crash/random.ts'
import type { Answer, Ask } from './ask.ts'
import type { Way } from './ways.ts'
import type { World } from './world.ts'

/**
 * What others may see of a way. row: nothing, they are refused. list: what is theirs. create: they may make rows of their own. admin: only
 * admins. public: anybody. closed: nobody, not even the owner.
 */
export type Kind = 'row' | 'list' | 'create' | 'admin' | 'public' | 'closed'

export interface Recipe {
  kind: Kind
  /** What a key has to have for it. */
  scope?: Scope
  /** `both`: a key or a session; `only`: no key opens it. Default: keys alone. */
  session?: 'both' | 'only'
  /** Bytes are answered, and those are public by their CID. */
  bytes?: boolean
  /** Costly: one time in so many that it is chosen. */
  rarely?: number
  /** What the owner is answered. Default: any 2xx. */
  ok?: readonly number[]
  /** How many rows the answer counts, and how many the bystander has. */
  counts?(answer: Answer, world: World): { told: number; most: number }
  make(kitchen: Kitchen): Case | Promise<Case>
}

export interface Kitchen {
  world: World
  way: Way
  random: Random
  /** The path of the way with these in the place of its parameters, in their order. */
  path(...parameters: readonly string[]): string
}

export interface Case {
  owner: Ask
  /** What others ask; default: the same. */
  other?: Ask
  /** What the owner sees afterwards all the same: a path of the owner's, and what its answer has. */
  after?: { path: string; has: string }
}

export type Recipes = Readonly<Record<string, Recipe>>
