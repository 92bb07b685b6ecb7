export interface Rate {
  /** Tells a running total and its time in milliseconds; returns bytes a second over the last few seconds. */
  add(total: number, now: number): number
}

const windowMs = 4_000

/** A sliding window rather than an average since the start: a stall shows at once. */
export function createRate(): Rate {
  let points: { total: number; at: number }[] = []
  return {
    add(total, now) {
      points = [...points.filter(({ at }) => now - at <= windowMs), { total, at: now }]
      const first = points[0]
      if (!first || now <= first.at) return 0
      return ((total - first.total) / (now - first.at)) * 1000
    },
  }
}
