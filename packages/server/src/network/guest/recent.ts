/** Remembers the last so many keys. */
export interface RecentSet {
  add(key: string): void
  has(key: string): boolean
}

/** Two generations: when the young one is full it becomes the old one, and the old one is forgotten. */
export function recentSet(size: number): RecentSet {
  let young = new Set<string>()
  let old = new Set<string>()
  return {
    add(key) {
      young.add(key)
      if (young.size < size) return
      old = young
      young = new Set()
    },
    has: (key) => young.has(key) || old.has(key),
  }
}
