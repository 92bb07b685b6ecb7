import { type Selectable, sql } from 'kysely'
import type { BlockRow, SegmentReads, SegmentWrites } from '../../ports/db/index.ts'
import type { Session } from '../session.ts'
import type { Tables } from '../tables.ts'
import { asBuffer, hashIn, placeList } from './hash-lists.ts'

/** What a block takes of a segment: its bytes, its hash, and about so much of the frame around them. */
const framed = 4
const footprint = sql.raw(`bytes + length(hash) + ${framed}`)

export function segmentQueries({ q, kind }: Session): SegmentReads & SegmentWrites {
  const count = (id: string, blocks: number, live: number) =>
    q.updateTable('segment').set((e) => ({ blocks: e('blocks', '+', blocks), live: e('live', '+', live) })).where('id', '=', id).execute()
  /** In one order, so that two who want the same rows wait for each other instead of crosswise. SQLite has one writer. */
  const lock = async (hashes: readonly Uint8Array[]): Promise<void> => {
    if (kind === 'postgres') await q.selectFrom('block').select('hash').where(hashIn(kind, hashes)).orderBy('hash').forUpdate().execute()
  }
  /** Rows that are read from their segment no more. */
  async function countOut(rows: readonly { segment: string; live: number }[]): Promise<void> {
    const sums = new Map<string, { blocks: number; live: number }>()
    for (const { segment, live } of rows) {
      const sum = sums.get(segment) ?? { blocks: 0, live: 0 }
      sums.set(segment, { blocks: sum.blocks + 1, live: sum.live + live })
    }
    for (const [id, sum] of sums) await count(id, -sum.blocks, -sum.live)
  }

  return {
    async find(hashes) {
      if (hashes.length === 0) return []
      return (await q.selectFrom('block').selectAll().where(hashIn(kind, hashes)).execute()).map(toBlock)
    },

    async blocksOf(segment, afterPosition, limit) {
      const query = q.selectFrom('block').selectAll().where('segment', '=', segment).where('position', '>', afterPosition)
      return (await query.orderBy('position').limit(limit).execute()).map(toBlock)
    },

    segment: (id) => q.selectFrom('segment').selectAll().where('id', '=', id).executeTakeFirst(),
    segments: (after, limit) => q.selectFrom('segment').selectAll().where('id', '>', after).orderBy('id').limit(limit).execute(),

    async nextNamed(after) {
      const query = q.selectFrom('block').select('segment').where('segment', '>', after).where('damaged', '=', 0)
      return (await query.orderBy('segment').limit(1).executeTakeFirst())?.segment
    },

    async damaged(after, limit) {
      const all = q.selectFrom('block').selectAll().where(sql<boolean>`damaged = 1`).orderBy('hash').limit(limit)
      return (await (after ? all.where('hash', '>', asBuffer(after)) : all).execute()).map(toBlock)
    },

    async totals() {
      const sum = (column: 'blocks' | 'bytes') => sql<number>`cast(coalesce(sum(${sql.ref(column)}), 0) as bigint)`
      const all = await q.selectFrom('segment').select((e) => [sum('blocks').as('blocks'), sum('bytes').as('bytes'), e.fn.countAll<number>().as('segments')]).executeTakeFirstOrThrow()
      const { damaged } = await q.selectFrom('block').select((e) => e.fn.countAll<number>().as('damaged')).where(sql<boolean>`damaged = 1`).executeTakeFirstOrThrow()
      return { ...all, blocks: all.blocks + damaged, damaged }
    },

    async record({ id, bytes }, blocks, stamp) {
      await q.insertInto('segment').values({ id, bytes, blocks: 0, live: 0, created: stamp }).onConflict((c) => c.column('id').doNothing()).execute()
      if (blocks.length === 0) return 0
      const rows = blocks.map(({ hash, position, bytes: third }) => ({ hash, position, third })).toSorted((a, b) => Buffer.compare(a.hash, b.hash))
      const { rows: stored } = await sql<{ segment: string; live: number }>`
        insert into block (hash, segment, position, bytes, claimed, damaged)
        select hash, cast(${id} as text), position, third, cast(${stamp} as bigint), 0 from ${placeList(kind, rows)} where true
        on conflict (hash) do update set
          segment = case when block.damaged = 1 then excluded.segment else block.segment end,
          position = case when block.damaged = 1 then excluded.position else block.position end,
          claimed = case when block.claimed > excluded.claimed then block.claimed else excluded.claimed end,
          damaged = 0
        returning segment, ${footprint} as live`.execute(q)
      const here = stored.filter(({ segment }) => segment === id)
      await count(id, here.length, sumOf(here))
      return here.length
    },

    async claim(hashes, stamp) {
      if (hashes.length === 0) return []
      await lock(hashes)
      const { rows } = await sql<{ hash: Uint8Array }>`
        update block set claimed = case when claimed > ${stamp} then claimed else ${stamp} end
        where ${hashIn(kind, hashes)} and damaged = 0 returning hash`.execute(q)
      return rows.map(({ hash }) => hash)
    },

    async move(to, blocks) {
      if (blocks.length === 0) return 0
      const rows = blocks.map(({ hash, position, from: third }) => ({ hash, position, third }))
      await lock(blocks.map(({ hash }) => hash))
      const { rows: moved } = await sql<{ hash: Uint8Array; live: number }>`
        update block set segment = ${to}, position = given.position from ${placeList(kind, rows)}
        where block.hash = given.hash and block.segment = given.third and block.damaged = 0
        returning block.hash as hash, ${sql.raw(`block.bytes + length(block.hash) + ${framed}`)} as live`.execute(q)
      const from = new Map(blocks.map((block) => [asBuffer(block.hash).toString('latin1'), block.from]))
      await countOut(moved.map(({ hash, live }) => ({ segment: from.get(asBuffer(hash).toString('latin1'))!, live })))
      await count(to, moved.length, sumOf(moved))
      return moved.length
    },

    async quarantine({ hash, segment, position }) {
      const { rows } = await sql<{ live: number }>`
        update block set damaged = 1 where hash = ${asBuffer(hash)} and segment = ${segment} and position = ${position} and damaged = 0
        returning ${footprint} as live`.execute(q)
      await countOut(rows.map(({ live }) => ({ segment, live })))
      return rows.length > 0
    },

    async drop(hashes, cutoff) {
      if (hashes.length === 0) return []
      await lock(hashes)
      const { rows } = await sql<{ hash: Uint8Array; segment: string; damaged: number; live: number }>`
        delete from block where ${hashIn(kind, hashes)} and claimed < ${cutoff}
        returning hash, segment, damaged, ${footprint} as live`.execute(q)
      await countOut(rows.filter(({ damaged }) => damaged === 0))
      return rows.map(({ hash }) => hash)
    },

    async removeSegment(id) {
      const { numDeletedRows } = await q
        .deleteFrom('segment')
        .where('id', '=', id)
        .where(({ not, exists, selectFrom }) => not(exists(selectFrom('block').select('hash').where('segment', '=', id).where('damaged', '=', 0))))
        .executeTakeFirstOrThrow()
      return numDeletedRows > 0n
    },

    async clear(limit) {
      const { numDeletedRows } = await q.deleteFrom('block').where('hash', 'in', (e) => e.selectFrom('block').select('hash').limit(limit)).executeTakeFirstOrThrow()
      if (numDeletedRows > 0n) return true
      await q.deleteFrom('segment').execute()
      return false
    },
  }
}

function sumOf(rows: readonly { live: number }[]): number {
  return rows.reduce((sum, { live }) => sum + live, 0)
}

function toBlock({ damaged, ...row }: Selectable<Tables['block']>): BlockRow {
  return { ...row, damaged: damaged === 1 }
}
