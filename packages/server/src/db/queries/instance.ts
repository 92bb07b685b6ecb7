import type { InstanceReads, InstanceWrites } from '../../ports/db/index.ts'
import type { Session } from '../session.ts'

export function instanceQueries({ q }: Session): InstanceReads & InstanceWrites {
  const select = q.selectFrom('instance').select('value')
  return {
    get: async (name) => (await select.where('name', '=', name).executeTakeFirst())?.value,

    async ensure(name, value) {
      await q.insertInto('instance').values({ name, value }).onConflict((c) => c.column('name').doNothing()).execute()
      return (await select.where('name', '=', name).executeTakeFirstOrThrow()).value
    },

    async set(name, value) {
      await q.insertInto('instance').values({ name, value }).onConflict((c) => c.column('name').doUpdateSet({ value })).execute()
    },

    async remove(name) {
      await q.deleteFrom('instance').where('name', '=', name).execute()
    },

    async take(name, value) {
      const { numDeletedRows } = await q.deleteFrom('instance').where('name', '=', name).where('value', '=', value).executeTakeFirst()
      return numDeletedRows > 0n
    },
  }
}
