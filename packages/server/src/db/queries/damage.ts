import { sql } from 'kysely'
import type { DagDamage, DamagedBlock, DamageReads, DamageWrites } from '../../ports/db/index.ts'
import type { Session } from '../session.ts'
import { slices } from '../slices.ts'

export function damageQueries({ q }: Session): DamageReads & DamageWrites {
  const blocks = q.selectFrom('damaged_block').select(['hash', 'cid', 'found', 'tries', 'next_try'])

  return {
    async ofDags(dags, shown) {
      const found = new Map<string, DagDamage>()
      for (const slice of slices([...new Set(dags)])) {
        const damaged = await q.selectFrom('damaged_dag').select(['dag', 'blocks', 'since']).where('dag', 'in', slice).execute()
        for (const { dag, ...row } of damaged) found.set(dag, { ...row, first: [], reason: undefined })
        if (damaged.length === 0 || shown === 0) continue
        const links = await q
          .selectFrom('dag_damage')
          .leftJoin('damaged_block', 'damaged_block.hash', 'dag_damage.hash')
          .select(['dag', 'dag_damage.cid', 'path', 'reason'])
          .where('dag', 'in', damaged.map(({ dag }) => dag))
          .where('position', '<', shown)
          .orderBy('dag')
          .orderBy('position')
          .execute()
        for (const { dag, cid, path, reason } of links) {
          const damage = found.get(dag)!
          damage.first.push({ cid, path })
          damage.reason ??= reason ?? undefined
        }
      }
      return found
    },

    isDamaged: async (hash) => (await q.selectFrom('damaged_block').select('hash').where('hash', '=', hash).executeTakeFirst()) !== undefined,

    blocks: async (after, limit) => (await blocks.where('hash', '>', after).orderBy('hash').limit(limit).execute()).map(toBlock),

    hasUnplaced: async () => (await blocks.where('cid', 'is', null).limit(1).executeTakeFirst()) !== undefined,

    async stale(limit) {
      // A literal, as in the partial index: SQLite uses it for no bound value.
      const rows = await q.selectFrom('damaged_dag').select('dag').where(sql<boolean>`stale = 1`).orderBy('dag').limit(limit).execute()
      return rows.map(({ dag }) => dag)
    },

    async due(now, limit) {
      const rows = await blocks.where('cid', 'is not', null).where('next_try', '<=', now).orderBy('next_try').limit(limit).execute()
      return rows.map(toBlock)
    },

    async origins(hashes, limit) {
      const found = new Set<string>()
      for (const slice of slices(hashes)) {
        const rows = await q
          .selectFrom('pin_request')
          .select('origins')
          .where(sql<boolean>`origins <> '[]'`)
          .where('dag', 'in', (e) => e.selectFrom('dag_damage').select('dag').where('hash', 'in', slice))
          .limit(limit)
          .execute()
        for (const { origins } of rows) for (const origin of JSON.parse(origins) as string[]) if (found.size < limit) found.add(origin)
      }
      return [...found]
    },

    async count() {
      const all = sql<number>`count(*)`.as('n')
      const { n } = await q.selectFrom('damaged_block').select(all).executeTakeFirstOrThrow()
      return { blocks: n, dags: (await q.selectFrom('damaged_dag').select(all).executeTakeFirstOrThrow()).n }
    },

    async note(hashes, now) {
      const rows = hashes.map((hash) => ({ hash, found: now, tries: 0, next_try: now }))
      let fresh = 0
      for (const slice of slices(rows)) {
        const { numInsertedOrUpdatedRows = 0n } = await q.insertInto('damaged_block').values(slice).onConflict((c) => c.column('hash').doNothing()).executeTakeFirstOrThrow()
        fresh += Number(numInsertedOrUpdatedRows)
      }
      return fresh
    },

    async place(dag, first, count, now) {
      await q.deleteFrom('dag_damage').where('dag', '=', dag).execute()
      const { state } = (await q.selectFrom('dag').select('state').where('cid', '=', dag).executeTakeFirst()) ?? {}
      if (count === 0 || state !== 'complete') {
        await q.deleteFrom('damaged_dag').where('dag', '=', dag).execute()
        return
      }
      const row = { blocks: count, stale: 0 }
      await q.insertInto('damaged_dag').values({ dag, since: now, ...row }).onConflict((c) => c.column('dag').doUpdateSet(row)).execute()
      const known = first.map(({ hash, cid }) => ({ hash, cid, found: now, tries: 0, next_try: now }))
      for (const slice of slices(known)) {
        await q.insertInto('damaged_block').values(slice).onConflict((c) => c.column('hash').doUpdateSet({ cid: sql`excluded.cid` })).execute()
      }
      const links = first.map(({ hash, cid, path }, position) => ({ dag, position, hash, cid, path }))
      for (const slice of slices(links)) await q.insertInto('dag_damage').values(slice).execute()
    },

    async heal(hashes) {
      for (const slice of slices(hashes)) {
        await q
          .updateTable('damaged_dag')
          .set({ stale: 1 })
          .where('dag', 'in', (e) => e.selectFrom('dag_damage').select('dag').where('hash', 'in', slice))
          .execute()
        await q.deleteFrom('dag_damage').where('hash', 'in', slice).execute()
        await q.deleteFrom('damaged_block').where('hash', 'in', slice).execute()
      }
    },

    async forget(before) {
      await q
        .deleteFrom('damaged_dag')
        .where((e) => e.not(e.exists(e.selectFrom('dag').select('cid').whereRef('dag.cid', '=', 'damaged_dag.dag').where('state', '=', 'complete'))))
        .execute()
      await q
        .deleteFrom('damaged_block')
        .where((e) => e.or([e('cid', 'is not', null), e('found', '<', before)]))
        .where((e) => e.not(e.exists(e.selectFrom('dag_damage').select('dag').whereRef('dag_damage.hash', '=', 'damaged_block.hash'))))
        .execute()
    },

    async tried(hashes, { tries, nextTry, reason }) {
      for (const slice of slices(hashes)) await q.updateTable('damaged_block').set({ tries, next_try: nextTry, reason }).where('hash', 'in', slice).execute()
    },
  }
}

function toBlock({ next_try: nextTry, cid, ...row }: { hash: string; cid: string | null; found: number; tries: number; next_try: number }): DamagedBlock {
  return { ...row, cid: cid ?? undefined, nextTry }
}
