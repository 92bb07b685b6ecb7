/** What was measured, beside what the same machine did with other means in the same run. */
export interface Row {
  id: string
  value: number
  unit: Unit
  /** Name → value in the same unit. */
  beside: Record<string, number>
  /** value divided by what the goal speaks of; null where the goal is a bare number. */
  ratio: number | null
  /** In words, as it was checked. */
  goal: string
  met: boolean
}

export type Unit = 'MB/s' | 'req/s' | 'req/cpu s' | 'files/s' | 'blocks/s' | 'MB' | 's' | 'ms' | 'µs' | '%' | 'files open' | 'rows'

export interface Measured {
  id: string
  value: number
  unit: Unit
  beside?: Record<string, number>
}

/** A row whose value must be at least a share of something beside it. */
export function shareRow(measured: Measured, share: number, of: string, aim?: string): Row {
  const ratio = measured.value / measured.beside![of]!
  return { beside: {}, ...measured, ratio, goal: `≥ ${share} of ${of}${aim ? `; aim at ${aim}` : ''}`, met: ratio >= share }
}

/** A row whose value must not be over a multiple of something beside it. */
export function timesRow(measured: Measured, times: number, of: string): Row {
  const ratio = measured.value / measured.beside![of]!
  return { beside: {}, ...measured, ratio, goal: `≤ ${times} of ${of}`, met: ratio <= times }
}

/** A row whose value must reach a number. */
export function leastRow(measured: Measured, least: number): Row {
  return { beside: {}, ...measured, ratio: null, goal: `≥ ${inWords(least)} ${measured.unit}`, met: measured.value >= least }
}

/** A row whose value must not be over a number. */
export function mostRow(measured: Measured, most: number): Row {
  return { beside: {}, ...measured, ratio: null, goal: `≤ ${inWords(most)} ${measured.unit}`, met: measured.value <= most }
}

/** Says that rows are not measured, and why. */
export function leftOut(ids: string, why: string): Row[] {
  process.stderr.write(`  ${ids} left out: ${why}\n`)
  return []
}

export function inWords(value: number): string {
  return value.toLocaleString('en-GB', { maximumFractionDigits: value < 100 ? 1 : 0 })
}
