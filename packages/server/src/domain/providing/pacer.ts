/** At most so many a second: each call takes the next place, and returns the milliseconds until it. */
export function pacer(perSecond: number, now = () => performance.now()): () => number {
  let next = -Infinity
  return () => {
    const current = now()
    const at = Math.max(current, next)
    next = at + 1000 / perSecond
    return at - current
  }
}
