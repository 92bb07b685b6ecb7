/** Milliseconds between two runs. */
const restMs = 20

export interface Gathered {
  ask(): void
  stop(): void
}

/** Runs soon after it was asked to: at once where it rested before, else once for all who ask meanwhile. */
export function gathered(run: () => void): Gathered {
  let timer: NodeJS.Timeout | undefined
  let isWanted = false

  function start(): void {
    isWanted = false
    timer = setTimeout(rested, restMs).unref()
    run()
  }

  function rested(): void {
    timer = undefined
    if (isWanted) start()
  }

  return {
    ask() {
      if (timer === undefined) start()
      else isWanted = true
    },
    stop() {
      clearTimeout(timer)
      timer = undefined
      isWanted = false
    },
  }
}
