export interface StallGuard extends Disposable {
  /** Aborts when nothing more was reached for a while. */
  readonly signal: AbortSignal
  reached(progress: number): void
}

export function stallGuard(ms: number): StallGuard {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), ms)
  let most = 0
  return {
    signal: stop.signal,
    reached(progress) {
      if (progress <= most) return
      most = progress
      timer.refresh()
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  }
}
