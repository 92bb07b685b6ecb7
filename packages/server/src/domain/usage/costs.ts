import type { Plan } from '../../ports/db/index.ts'

const gibi = 2 ** 30
/** Of a month, as prices of storage mean it: a twelfth of a year. */
export const hoursOfMonth = 730

/** Millionths of the plan's currency. */
export function costOf(plan: Plan | undefined, { byteHours, sent }: { byteHours: number; sent: number }): number {
  if (plan === undefined) return 0
  return (plan.priceGibMonth * byteHours) / gibi / hoursOfMonth + (plan.priceGibSent * sent) / gibi
}
