/** A number of bytes that many share. */
export interface ByteRoom {
  /** Resolves when there is room; whoever came first goes first, and one alone may take more than there is. */
  take(bytes: number): Promise<void>
  /** Less than nothing takes more, without waiting. */
  give(bytes: number): void
  /** Somebody waits. */
  readonly isShort: boolean
}

export function byteRoom(size: number): ByteRoom {
  const line: { bytes: number; enter: () => void }[] = []
  let used = 0

  function letIn(): void {
    for (let first = line[0]; first !== undefined && (used === 0 || used + first.bytes <= size); first = line[0]) {
      line.shift()
      used += first.bytes
      first.enter()
    }
  }

  return {
    take(bytes) {
      return new Promise((enter) => {
        line.push({ bytes, enter })
        letIn()
      })
    },
    give(bytes) {
      used -= bytes
      letIn()
    },
    get isShort() {
      return line.length > 0
    },
  }
}
