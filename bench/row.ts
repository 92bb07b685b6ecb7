/** What was measured, beside what the same machine did with other means in the same run. */
export interface Row {
  id: string
  value: number
  unit: 'MB/s' | 'req/s' | 'MB'
  /** Name → value in the same unit. */
  beside: Record<string, number>
  /** value divided by what the goal speaks of; null where the goal is a bare number. */
  ratio: number | null
  /** In words, as it was checked. */
  goal: string
  met: boolean
}

export interface Sizes {
  /** Bytes of the upload. */
  upload: number
  /** Bytes of the large file that the gateway serves. */
  file: number
  /** Seconds of load on each server in each round. */
  seconds: number
  /** Everything is done so many times in turn; the median counts. */
  rounds: number
}

export const sizes = {
  full: { upload: 2 ** 30, file: 100 * 2 ** 20, seconds: 4, rounds: 3 },
  small: { upload: 2 ** 26, file: 16 * 2 ** 20, seconds: 1, rounds: 1 },
} satisfies Record<string, Sizes>

/** A row whose value must be at least a share of something beside it. */
export function shareRow(row: Pick<Row, 'id' | 'value' | 'unit' | 'beside'>, share: number, of: string): Row {
  const ratio = row.value / row.beside[of]!
  return { ...row, ratio, goal: `≥ ${share} of ${of}`, met: ratio >= share }
}

/** A row whose value must not be over a bound. */
export function boundRow(row: Pick<Row, 'id' | 'value' | 'unit'>, bound: number): Row {
  return { ...row, beside: {}, ratio: null, goal: `≤ ${bound} ${row.unit}`, met: row.value <= bound }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]!
}

/** Megabytes (10^6) in a second. */
export function rate(bytes: number, seconds: number): number {
  return bytes / 1e6 / seconds
}

/** Seconds that something takes. */
export async function timed(work: () => Promise<unknown> | void): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}
