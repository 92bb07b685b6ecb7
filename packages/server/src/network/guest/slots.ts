/** At most `count` holders at once; the others wait in line. */
export interface Slots {
  /** Resolves to the function that gives the slot back. */
  take(): Promise<() => void>
}

export function slots(count: number): Slots {
  let free = count
  const line: (() => void)[] = []
  const giveBack = () => {
    const next = line.shift()
    if (next === undefined) free++
    else next()
  }
  return {
    async take() {
      if (free > 0) free--
      else await new Promise<void>((resolve) => line.push(resolve))
      return giveBack
    },
  }
}
