/** How much is read at once for one reader. */
export interface ReadPace {
  /** Bytes of the next read, where no block is larger. */
  readonly window: number
  /** Reads that may be ready before they are wanted. */
  readonly ahead: number
  /** The reader took so many bytes within so many milliseconds, in which nothing was waited for but the reader. */
  took(bytes: number, ms: number): void
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
    let wanted = leastWindow
    /** Of what was taken since the speed was looked at. */
    let since = { bytes: 0, ms: 0 }
    readers++
    return {
      get window() {
        return Math.min(wanted, Math.max(leastWindow, bytes / readers / 3))
      },
      get ahead() {
        return wanted === leastWindow ? 1 : 2
      },
      took(bytes, ms) {
        taken += bytes
        since.bytes += bytes
        since.ms += ms
        if (since.bytes < leastWindow) return
        if (taken > slack) wanted = Math.min(mostWindow, Math.max(leastWindow, (since.bytes / Math.max(since.ms, 0.01)) * lasting))
        since = { bytes: 0, ms: 0 }
      },
      end() {
        readers--
      },
    }
  }
}
