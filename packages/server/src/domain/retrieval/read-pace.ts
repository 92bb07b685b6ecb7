/** How much is read at once for one reader. */
export interface ReadPace {
  /** Bytes of the next read, where no block is larger. */
  readonly window: number
  /** Reads that may be ready before they are wanted. */
  readonly ahead: number
  /** So many bytes were taken. */
  took(bytes: number): void
  end(): void
}

/** For all who read at the moment together. */
export type ReadPaces = () => ReadPace

const leastWindow = 1 << 20
const mostWindow = 4 << 20
/** Until then the system's buffers may have taken it all. */
const slack = 12 << 20
/** Milliseconds that one window is to last. */
const lasting = 25

/**
 * Who takes much gets much: long reads ahead of a fast reader hide the way to an object store, ahead of many slow ones they would fill the
 * memory. `bytes` are shared by all, though a least window is for each.
 */
export function readPaces(bytes: number): ReadPaces {
  let readers = 0
  return () => {
    let taken = 0
    let at = performance.now()
    let wanted = leastWindow
    readers++
    return {
      get window() {
        return Math.min(wanted, Math.max(leastWindow, bytes / readers / 3))
      },
      get ahead() {
        return wanted === leastWindow ? 1 : 2
      },
      took(bytes) {
        const now = performance.now()
        taken += bytes
        if (taken > slack) wanted = Math.min(mostWindow, Math.max(leastWindow, (bytes / Math.max(now - at, 0.01)) * lasting))
        at = now
      },
      end() {
        readers--
      },
    }
  }
}
