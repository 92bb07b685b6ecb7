/** Something that may be spent: so much at once, and so much a second. */
export interface Allowance {
  /** False when there is not enough left. */
  spend(amount: number): boolean
}

export function allowance(burst: number, perSecond: number): Allowance {
  let left = burst
  let at = Date.now()
  return {
    spend(amount) {
      const now = Date.now()
      left = Math.min(burst, left + ((now - at) / 1000) * perSecond) - amount
      at = now
      return left >= 0
    },
  }
}
