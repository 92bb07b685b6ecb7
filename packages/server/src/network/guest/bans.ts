import { limits } from './limits.ts'

/** Peers that are not talked to for a while. */
export interface Bans {
  add(peerId: string, why: string): void
  has(peerId: string): boolean
  /** Why it is not talked to, if so. */
  why(peerId: string): string | undefined
}

export function bans({ maxBans = 10_000 } = {}): Bans {
  const banned = new Map<string, { why: string; until: number }>()

  function why(peerId: string): string | undefined {
    const ban = banned.get(peerId)
    if (ban === undefined || ban.until > Date.now()) return ban?.why
    banned.delete(peerId)
    return undefined
  }

  return {
    add(peerId, reason) {
      banned.delete(peerId)
      banned.set(peerId, { why: reason, until: Date.now() + limits.banFor })
      const [oldest] = banned.keys()
      if (banned.size > maxBans && oldest !== undefined) banned.delete(oldest)
    },
    has: (peerId) => why(peerId) !== undefined,
    why,
  }
}
