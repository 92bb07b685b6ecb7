import type { Db } from '../../../ports/db/index.ts'
import type { NameRouting } from '../../../ports/name-routing.ts'
import { openToAll } from '../../moderation/index.ts'
import { createNames, type NameParts, type Names } from '../index.ts'

/** A network in which nobody is. */
export const noRouting: NameRouting = {
  find: async () => ({ state: 'off', reason: 'the network is not asked' }),
  publish: async () => ({ state: 'off', reason: 'the network is not told' }),
}

/** Names over a database, with nothing outside but what a test gives. */
export function testNames(db: Db, parts: Partial<NameParts> = {}): Names {
  return createNames({ db, moderation: openToAll, clock: { now: Date.now }, routing: noRouting, dnslinks: new Map(), limits: { maxNames: 1000, maxPerClient: 100 }, ...parts })
}
