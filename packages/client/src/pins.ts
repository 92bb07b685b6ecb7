import type { Connection } from './http/connection.ts'
import { pages } from './http/pages.ts'
import type { CallOptions, Pin, PinFilter, PinWish } from './types.ts'

export interface Pins {
  /** Has the server bring and keep what a CID names. */
  add(wish: PinWish, options?: CallOptions): Promise<Pin>
  /** All that fit, newest first; further pages are asked for as they are needed. */
  list(filter?: PinFilter): AsyncIterable<Pin>
  get(id: string, options?: CallOptions): Promise<Pin>
  /** Ends one and begins another in one step: what both have in common stays. */
  replace(id: string, wish: PinWish, options?: CallOptions): Promise<Pin>
  remove(id: string, options?: CallOptions): Promise<void>
}

const path = 'api/v1/pins'

export function pinsOf(connection: Connection): Pins {
  const one = (id: string) => `${path}/${encodeURIComponent(id)}`
  const json = (wish: PinWish) => ({ method: 'POST', body: () => JSON.stringify(wish), type: 'application/json' })
  return {
    add: (wish, options) => connection.json<Pin>(path, { ...json(wish), ...options }),
    list: ({ before, signal, ...filter } = {}) => pages({ before }, async (query) => (await connection.json<{ pins: Pin[] }>(path, { query: { ...filter, ...query }, signal })).pins),
    get: (id, options) => connection.json<Pin>(one(id), options),
    async replace(id, wish, options) {
      const { requestid } = await connection.json<{ requestid: string }>(`psa/pins/${encodeURIComponent(id)}`, { ...json(wish), ...options })
      return connection.json<Pin>(one(requestid), options)
    },
    remove: async (id, options) => void (await connection.send(one(id), { method: 'DELETE', ...options })),
  }
}
