const week = 604_800_000

/** How long before its end the owner of an upload that nobody reads is warned. */
export function noticeOf(ttl: number): number {
  return Math.min(week, Math.ceil(ttl / 4))
}

/**
 * When an upload ends that nobody reads until then: `ttl` after all of it was here (`since`), and never before its owner has known for some
 * time (`warned`; undefined: is not warned yet), so that a setting that is new ends nothing at once.
 */
export function endOfUnread({ since, warned }: { since: number; warned?: number }, ttl: number, now: number): number {
  return Math.max(since + ttl, (warned ?? now) + noticeOf(ttl))
}
