export interface Sizes {
  /** Bytes of a large file or CAR. */
  large: number
  /** Bytes of the file that the gateway serves whole. */
  file: number
  /** Files of a directory. */
  files: number
  /** Leaves of a file in small blocks. */
  leaves: number
  /** Blocks of a DAG, or in a store. */
  blocks: number
  /** Blocks in the stores of the curve. */
  curve: readonly number[]
  /** Uploads of one account. */
  uploads: number
  /** Pin requests of one account. */
  pins: number
  /** CARs that a DAG arrives in. */
  parts: number
  /** Seconds of load on each server in each round. */
  seconds: number
  /** Everything is done so many times in turn; the median counts. */
  rounds: number
}

/** `full` is what the goals speak of; `small` shows within a minute that everything still runs. */
export const sizes = {
  full: { large: 2 ** 30, file: 100 * 2 ** 20, files: 20_000, leaves: 10_300, blocks: 1_000_000, curve: [1_000_000, 10_000_000], parts: 1000, uploads: 100_000, pins: 1_000_000, seconds: 4, rounds: 3 },
  small: { large: 2 ** 26, file: 16 * 2 ** 20, files: 2000, leaves: 1000, blocks: 50_000, curve: [50_000], parts: 50, uploads: 5_000, pins: 50_000, seconds: 1, rounds: 1 },
} satisfies Record<string, Sizes>
