import type { Db, Reader, Writer } from '../../ports/db/index.ts'

/** What a walk over all blocks has seen. */
export interface ScrubRound {
  started: number
  blocks: number
  bytes: number
  damaged: number
}

export interface RoundUnderWay {
  round: ScrubRound
  /** Where it goes on; undefined at the beginning. */
  cursor?: string
}

/** What outlives a restart. */
export interface ScrubState {
  now?: RoundUnderWay
  /** The last round that came to its end. */
  last?: ScrubRound & { finished: number }
}

const stateName = 'scrub'
/** Of its own, since requests write it while the round writes the state. */
const rateName = 'scrub-rate'

export function newRound(started: number): RoundUnderWay {
  return { round: { started, blocks: 0, bytes: 0, damaged: 0 } }
}

/** The last round that came to its end. */
export async function lastScrub(db: Db): Promise<ScrubState['last']> {
  return (await db.read(readState)).last
}

export async function readState(r: Reader): Promise<ScrubState> {
  return JSON.parse((await r.instance.get(stateName)) ?? '{}') as ScrubState
}

export function writeState(w: Writer, state: ScrubState): Promise<void> {
  return w.instance.set(stateName, JSON.stringify(state))
}

/** Bytes a second that were asked for this round; undefined: as usual. */
export async function readRate(r: Reader): Promise<number | undefined> {
  return Number(await r.instance.get(rateName)) || undefined
}

export function writeRate(w: Writer, rate: number | undefined): Promise<void> {
  return rate === undefined ? w.instance.remove(rateName) : w.instance.set(rateName, String(rate))
}
