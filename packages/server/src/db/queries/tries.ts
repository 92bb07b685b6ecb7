import { sql } from 'kysely'
import type { TryReads, TryWrites } from '../../ports/db/index.ts'
import type { Session } from '../session.ts'

export function tryQueries({ q }: Session): TryReads & TryWrites {
  return {
    get: (digests, now) => q.selectFrom('sign_in_try').selectAll().where('digest', 'in', digests).where('ends', '>', now).execute(),

    async add(windows, now) {
      await q.deleteFrom('sign_in_try').where('ends', '<=', now).execute()
      // In one order, so that two who add the same wait for each other and not in a circle.
      const rows = windows.map(({ digest, ends }) => ({ digest, ends, tries: 1 })).toSorted((a, b) => (a.digest < b.digest ? -1 : 1))
      return q
        .insertInto('sign_in_try')
        .values(rows)
        .onConflict((c) => c.column('digest').doUpdateSet({ tries: sql`sign_in_try.tries + 1` }))
        .returningAll()
        .execute()
    },

    async takeBack(digests) {
      for (const digest of digests.toSorted()) await q.updateTable('sign_in_try').set({ tries: sql`tries - 1` }).where('digest', '=', digest).where('tries', '>', 0).execute()
    },
  }
}
