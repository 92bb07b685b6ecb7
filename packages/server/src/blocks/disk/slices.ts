import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'

const sliceMs = 1.5
/** A turn of the event loop that took longer than this had others' work in it. */
const busyMs = 0.5
/** Where others have work, this many times as long as a slice is theirs. */
const share = 3

/** Long work on the event loop's thread is cut into slices, between which everybody else has turns. Ask `isDue` after every small step. */
export class Slices {
  #began = performance.now()
  #asked = 0

  get isDue(): boolean {
    return (++this.#asked & 31) === 0 && performance.now() - this.#began > sliceMs
  }

  async rest(): Promise<void> {
    const ended = performance.now()
    await nextTurn()
    if (performance.now() - ended > busyMs) await sleep((ended - this.#began) * share)
    this.#began = performance.now()
  }
}
