export interface Turn extends Disposable {
  /** Whether somebody else had it before. */
  waited: boolean
}

/** One at a time for each key. */
export function dagTurns(): { take(key: string): Promise<Turn> } {
  const last = new Map<string, Promise<void>>()
  return {
    async take(key) {
      const before = last.get(key)
      const { promise, resolve } = Promise.withResolvers<void>()
      last.set(key, promise)
      await before
      return {
        waited: before !== undefined,
        [Symbol.dispose]() {
          if (last.get(key) === promise) last.delete(key)
          resolve()
        },
      }
    },
  }
}
