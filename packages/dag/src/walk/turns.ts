/** Longest stretch without letting anybody else have a turn. */
const maxMs = 4

const nextTurn: () => Promise<void> =
  typeof setImmediate === 'function' ? () => new Promise((resolve) => setImmediate(resolve)) : () => new Promise((resolve) => setTimeout(resolve))

/** Gives the event loop a turn every few milliseconds; to be awaited where it returns a promise. */
export function takeTurns(): () => Promise<void> | undefined {
  let since = performance.now()
  return () => {
    if (performance.now() - since < maxMs) return undefined
    return nextTurn().then(() => {
      since = performance.now()
    })
  }
}
