import type { Fetch } from '../fetch.ts'
import type { Want } from '../want.ts'

type State = 'dialling' | 'connected' | 'failed'

/** The fetches that may ask one gateway, and what each was told of it. */
export interface Followers {
  readonly size: number
  /** How many of them want something. */
  readonly wanting: number
  has(fetch: Fetch): boolean
  addressOf(fetch: Fetch): string | undefined
  /** `address`: how the fetch names it. */
  add(fetch: Fetch, address: string): void
  delete(fetch: Fetch): void
  /** Tells everybody. */
  tell(state: State, reason?: string): void
  /** Tells those who wait for this block, also those who have not named the gateway. */
  tellOf(want: Want, state: State, reason?: string): void
}

export function createFollowers(id: string): Followers {
  const rows = new Map<Fetch, { address: string; told: string }>()

  function tellOne(fetch: Fetch, state: State, reason?: string): void {
    const row = rows.get(fetch) ?? { address: id, told: '' }
    const news = `${state} ${reason ?? ''}`
    if (row.told === news) return
    row.told = news
    fetch.book.mark(row.address, id, state, reason, 'gateway')
  }

  return {
    get size() {
      return rows.size
    },
    get wanting() {
      return rows.keys().reduce((count, { wants }) => count + (wants.size > 0 ? 1 : 0), 0)
    },
    has: (fetch) => rows.has(fetch),
    addressOf: (fetch) => rows.get(fetch)?.address,
    add: (fetch, address) => void rows.set(fetch, { address, told: '' }),
    delete: (fetch) => void rows.delete(fetch),
    tell(state, reason) {
      for (const fetch of rows.keys()) tellOne(fetch, state, reason)
    },
    tellOf(want, state, reason) {
      for (const fetch of want.fetches) tellOne(fetch, state, reason)
    },
  }
}
