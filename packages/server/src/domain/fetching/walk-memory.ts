/** Others hold so much that this walk has to go on later. */
export class NoRoom extends Error {}

/** What all walks of this process remember, together. */
export interface WalkMemory {
  open(): WalkShare
}

/** The part of one walk. */
export interface WalkShare extends Disposable {
  /** Tells how many bytes it holds now. Throws NoRoom where that is too much beside the others; the walk that began first may hold any number. */
  hold(bytes: number): void
}

/** So much one walk holds without asking: those of usual DAGs never wait for each other. */
const ownBytes = 1 << 20

export function walkMemory(budget: number): WalkMemory {
  const shares = new Map<WalkShare, number>()
  return {
    open() {
      const share: WalkShare = {
        hold(bytes) {
          shares.set(share, bytes)
          const [first] = shares.keys()
          if (share === first || bytes <= ownBytes) return
          let sum = 0
          for (const held of shares.values()) sum += held
          if (sum > budget) throw new NoRoom()
        },
        [Symbol.dispose]: () => void shares.delete(share),
      }
      shares.set(share, 0)
      return share
    },
  }
}
