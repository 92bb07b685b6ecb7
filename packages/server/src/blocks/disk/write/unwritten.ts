import type { Frame } from './frames.ts'

/** Adjoining frames in memory. */
interface Run {
  slab: Uint8Array
  start: number
  end: number
}

/** Frames that have their place at the end of a segment, and are to be written there. */
export class Unwritten {
  #runs: Run[] = []
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  add({ slab, start, end }: Frame): void {
    this.#bytes += end - start
    const run = this.#runs.at(-1)
    if (run && run.slab === slab && run.end === start) run.end = end
    else this.#runs.push({ slab, start, end })
  }

  buffers(): Uint8Array[] {
    return this.#runs.map(({ slab, start, end }) => slab.subarray(start, end))
  }

  clear(): void {
    this.#runs = []
    this.#bytes = 0
  }
}
