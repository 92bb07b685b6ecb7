import { type RawBuilder, sql } from 'kysely'
import type { UsageReads } from '../../ports/db/index.ts'
import { prepare } from '../prepared.ts'
import type { Session } from '../session.ts'

export interface Size {
  bytes: number | null
  blocks: number | null
}

export const hourMs = 3_600_000

/** What the bytes that are held now add up to until then. */
export function grownBy(now: number): RawBuilder<number> {
  return sql`account_usage.byte_hours + case when account_usage.since > 0 and account_usage.since < ${now} then account_usage.bytes * ((cast(${now} as bigint) - account_usage.since) / 3600000.0) else 0 end`
}

export function usageQueries({ q }: Session): UsageReads {
  return {
    async of(accountId) {
      const row = await q.selectFrom('account_usage').select(['bytes', 'blocks', 'dags']).where('account_id', '=', accountId).executeTakeFirst()
      return row ?? { bytes: 0, blocks: 0, dags: 0 }
    },
  }
}

type Change = { account_id: string; bytes: number; blocks: number; now: number }

const add = prepare((q, { account_id, bytes, blocks, now, hour }: Change & { hour: number }) =>
  q
    .insertInto('account_usage')
    .values({ account_id, bytes, blocks, dags: 1, since: now, rolled: hour })
    .onConflict((c) =>
      c.column('account_id').doUpdateSet({
        bytes: sql`account_usage.bytes + excluded.bytes`,
        blocks: sql`account_usage.blocks + excluded.blocks`,
        dags: sql`account_usage.dags + 1`,
        ...grown(now),
      }),
    ),
)

/** For a DAG that the account holds from now on. */
export async function charge(session: Session, accountId: string, { bytes, blocks }: Size, now: number): Promise<void> {
  await add(session, { account_id: accountId, bytes: bytes ?? 0, blocks: blocks ?? 0, now, hour: now - (now % hourMs) })
}

const subtract = prepare((q, { account_id, bytes, blocks, now }: Change) =>
  q
    .updateTable('account_usage')
    .set((e) => ({ bytes: e('bytes', '-', bytes), blocks: e('blocks', '-', blocks), dags: e('dags', '-', 1), ...grown(now) }))
    .where('account_id', '=', account_id),
)

/** For a DAG that the account holds no longer. */
export async function uncharge(session: Session, accountId: string, { bytes, blocks }: Size, now: number): Promise<void> {
  await subtract(session, { account_id: accountId, bytes: bytes ?? 0, blocks: blocks ?? 0, now })
}

/** For a DAG that has become complete, with all who hold it. */
export async function chargeHolders({ q }: Session, dag: string, { bytes, blocks }: { bytes: number; blocks: number }, now: number): Promise<void> {
  await q
    .updateTable('account_usage')
    .set((e) => ({ bytes: e('bytes', '+', bytes), blocks: e('blocks', '+', blocks), ...grown(now) }))
    .where('account_id', 'in', (e) => e.selectFrom('account_dag').select('account_id').where('dag', '=', dag))
    .execute()
  await q.updateTable('account_dag').set({ parts: 0 }).where('dag', '=', dag).where('parts', '=', 1).execute()
}

/** Before the bytes change: what they were goes into the sum. */
function grown(now: number) {
  return { byte_hours: grownBy(now), since: sql<number>`case when account_usage.since < ${now} then cast(${now} as bigint) else account_usage.since end` }
}
