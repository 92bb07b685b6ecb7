import { limits } from './limits.ts'

/** Peers that are not talked to for a while. */
export interface Bans {
  add(peerId: string): void
  has(peerId: string): boolean
}

export function bans({ maxBans = 10_000 } = {}): Bans {
  const until = new Map<string, number>()
  return {
    add(peerId) {
      until.delete(peerId)
      until.set(peerId, Date.now() + limits.banFor)
      const [oldest] = until.keys()
      if (until.size > maxBans && oldest !== undefined) until.delete(oldest)
    },
    has(peerId) {
      const end = until.get(peerId)
      if (end === undefined) return false
      if (end > Date.now()) return true
      until.delete(peerId)
      return false
    },
  }
}
