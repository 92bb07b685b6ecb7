import type { Wish } from './target.ts'

/** One thing to bring. */
export interface Item {
  /** The same in another run. */
  id: string
  /** For people: a CID, a file. */
  label: string
  from: FromElsewhere | FromCar | Unusable
}

/** A CID whose bytes the server fetches, or a gateway has. */
interface FromElsewhere {
  wish: Wish
}

/** A CAR, whose roots are pinned. */
export interface FromCar {
  car(signal: AbortSignal): AsyncIterable<Uint8Array>
  name?: string
  /** The root that it must have, where that is known. */
  root?: string
}

interface Unusable {
  reason: string
}

/** What there is to bring, and how much of it where that is known. */
export interface Source {
  /** Names it in the journal. */
  from: string
  items(signal: AbortSignal): AsyncIterable<Item>
  total?(signal: AbortSignal): Promise<number | undefined>
}

/** `pinned`: all of it is there. `waiting`: the server knows of it and goes on looking. `failed`: it could not be had. */
export interface Outcome {
  id: string
  cid?: string
  name?: string
  outcome: 'pinned' | 'waiting' | 'failed'
  reason?: string
}
