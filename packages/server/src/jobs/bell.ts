export interface Bell {
  ring(): void
  /** Until it rings, or the time is over. Not at all where it rang since the last wait. */
  wait(ms: number): Promise<void>
}

/** Ends the pause of the one who waits. */
export function createBell(): Bell {
  let hasRung = false
  let end = () => {}
  return {
    ring() {
      hasRung = true
      end()
    },
    async wait(ms) {
      if (!hasRung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms)
          end = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      hasRung = false
    },
  }
}
