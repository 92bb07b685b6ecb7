import { sql } from 'kysely'
import type { UsageReads } from '../../ports/db/index.ts'
import { prepare } from '../prepared.ts'
import type { Session } from '../session.ts'

export interface Size {
  bytes: number | null
  blocks: number | null
}

/** Literals, as in the partial index: SQLite uses it for no bound value. */
const isHeldPartial = sql<boolean>`dag.state = 'partial' and dag.holders > 0`

export function usageQueries({ q }: Session): UsageReads {
  return {
    async of(accountId) {
      const row = await q.selectFrom('account_usage').select(['bytes', 'blocks', 'dags']).where('account_id', '=', accountId).executeTakeFirst()
      return row ?? { bytes: 0, blocks: 0, dags: 0 }
    },

    async waiting(accountId) {
      const parts = q.selectFrom('dag').innerJoin('upload_root', 'upload_root.dag', 'dag.cid').innerJoin('upload', 'upload.id', 'upload_root.upload_id')
      const { bytes } = await parts.select(sql<number>`coalesce(sum(upload.bytes), 0)`.as('bytes')).where(isHeldPartial).where('upload.account_id', '=', accountId).executeTakeFirstOrThrow()
      return Number(bytes)
    },
  }
}

const add = prepare((q, { account_id, bytes, blocks }: { account_id: string; bytes: number; blocks: number }) =>
  q
    .insertInto('account_usage')
    .values({ account_id, bytes, blocks, dags: 1 })
    .onConflict((c) =>
      c.column('account_id').doUpdateSet({
        bytes: sql`account_usage.bytes + excluded.bytes`,
        blocks: sql`account_usage.blocks + excluded.blocks`,
        dags: sql`account_usage.dags + 1`,
      }),
    ),
)

/** For a DAG that the account holds from now on. */
export async function charge(session: Session, accountId: string, { bytes, blocks }: Size): Promise<void> {
  await add(session, { account_id: accountId, bytes: bytes ?? 0, blocks: blocks ?? 0 })
}

const subtract = prepare((q, { account_id, bytes, blocks }: { account_id: string; bytes: number; blocks: number }) =>
  q
    .updateTable('account_usage')
    .set((e) => ({ bytes: e('bytes', '-', bytes), blocks: e('blocks', '-', blocks), dags: e('dags', '-', 1) }))
    .where('account_id', '=', account_id),
)

/** For a DAG that the account holds no longer. */
export async function uncharge(session: Session, accountId: string, { bytes, blocks }: Size): Promise<void> {
  await subtract(session, { account_id: accountId, bytes: bytes ?? 0, blocks: blocks ?? 0 })
}

/** For a DAG that has become complete, with all who hold it. */
export async function chargeHolders({ q }: Session, dag: string, { bytes, blocks }: { bytes: number; blocks: number }): Promise<void> {
  await q
    .updateTable('account_usage')
    .set((e) => ({ bytes: e('bytes', '+', bytes), blocks: e('blocks', '+', blocks) }))
    .where('account_id', 'in', (e) => e.selectFrom('account_dag').select('account_id').where('dag', '=', dag))
    .execute()
}
