import type { Clock } from '../../ports/clock.ts'

export interface TokenBucketsOptions {
  /** What a bucket holds, and what flows into it within `window`. */
  capacity: number
  /** Milliseconds. Default: a minute. */
  window?: number
  /** Buckets that are remembered. Beyond, those that were used longest ago are full again. */
  maxBuckets: number
  clock: Clock
}

/** How a bucket stands. */
export interface Level {
  /** Whether what was asked for was there. */
  ok: boolean
  limit: number
  /** Whole tokens that are left. */
  remaining: number
  /** Milliseconds until the bucket is full. */
  fullIn: number
  /** Milliseconds until there is a token again; 0: there is one. */
  nextIn: number
}

export interface TokenBuckets {
  has(id: string): boolean
  /** Takes a token where there is one. */
  take(id: string): Level
  /** Looks without taking; an id that was never seen is full and stays unknown. */
  look(id: string): Level
}

interface Bucket {
  tokens: number
  at: number
}

/**
 * Token buckets in bounded memory. They lie in two generations: a bucket that nobody used for a whole window is full again, so an old
 * generation is forgotten without loss, and nothing ever walks over all of them.
 */
export function tokenBuckets({ capacity, window = 60_000, maxBuckets, clock }: TokenBucketsOptions): TokenBuckets {
  const perMs = capacity / window
  let young = new Map<string, Bucket>()
  let old = new Map<string, Bucket>()
  let born = clock.now()

  /** A bucket that was filled long ago is an old bucket with more in it. */
  function find(id: string, now: number): Bucket | undefined {
    const bucket = young.get(id) ?? old.get(id)
    if (!bucket) return undefined
    bucket.tokens = Math.min(capacity, bucket.tokens + Math.max(0, now - bucket.at) * perMs)
    bucket.at = now
    return bucket
  }

  function keep(id: string, bucket: Bucket, now: number): void {
    if (young.has(id)) return
    if (young.size >= maxBuckets / 2 || now - born >= window) {
      old = young
      young = new Map()
      born = now
    }
    young.set(id, bucket)
  }

  function levelOf(tokens: number, ok: boolean): Level {
    const nextIn = tokens >= 1 ? 0 : Math.ceil((1 - tokens) / perMs)
    return { ok, limit: capacity, remaining: Math.floor(tokens), fullIn: Math.ceil((capacity - tokens) / perMs), nextIn }
  }

  return {
    has: (id) => young.has(id) || old.has(id),

    take(id) {
      const now = clock.now()
      const bucket = find(id, now) ?? { tokens: capacity, at: now }
      const ok = bucket.tokens >= 1
      if (ok) bucket.tokens--
      keep(id, bucket, now)
      return levelOf(bucket.tokens, ok)
    },

    look(id) {
      const tokens = find(id, clock.now())?.tokens ?? capacity
      return levelOf(tokens, tokens >= 1)
    },
  }
}
