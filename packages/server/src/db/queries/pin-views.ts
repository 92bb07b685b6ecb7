import { type Kysely, type Selectable, sql } from 'kysely'
import type { FetchState, PinRequest, PinRequestView } from '../../ports/db/index.ts'
import { prepare } from '../prepared.ts'
import type { Session } from '../session.ts'
import type { Tables } from '../tables.ts'
import { visitColumns, visitsIn } from './dags.ts'
import { toState } from './fetches.ts'
import { copiesIn } from './replicas.ts'

export type PinRow = Selectable<Tables['pin_request']>

/** Requests with what is known of their DAGs, each by one look into an index: a list is a question or two, whatever it tells. */
export function pinViews(q: Kysely<Tables>) {
  return q
    .selectFrom('pin_request as p')
    .leftJoin('dag', 'dag.cid', 'p.dag')
    .leftJoin('dag_replica as r', 'r.dag', 'p.dag')
    .leftJoin('dag_fetch as f', (on) => on.onRef('f.dag', '=', 'p.dag').on('p.status', '<>', 'pinned'))
    .leftJoin('damaged_dag', 'damaged_dag.dag', 'p.dag')
    .select(['p.id', 'p.account_id', 'p.cid', 'p.dag', 'p.name', 'p.meta', 'p.origins', 'p.status', 'p.reason', 'p.created', 'p.deadline', 'p.upload_id'])
    .select(['dag.bytes', 'dag.blocks', ...visitColumns, 'damaged_dag.blocks as damaged'])
    .select(['r.state as copies_state', 'r.nodes', 'r.wanted', 'r.reason as copies_reason', 'r.since as copies_since'])
    .select(['f.dag as fetch_dag', 'f.reason as fetch_reason', 'f.blocks as fetch_blocks', 'f.bytes as fetch_bytes', 'f.missing', 'f.attempts', 'f.tries', 'f.next_try', 'f.updated'])
}

export type ViewRow = Awaited<ReturnType<ReturnType<typeof pinViews>['execute']>>[number]

const viewsAt = prepare((q, { accountId, list }: { accountId: string; list: string }, kind) =>
  pinViews(q).where('p.account_id', '=', accountId).where(kind === 'postgres' ? sql<boolean>`p.created = any(cast(${list} as bigint[]))` : sql<boolean>`p.created in (select value from json_each(${list}))`).orderBy('p.created', 'desc'),
)

/** Those of an account with these stamps, the newest first. */
export async function viewRowsAt(session: Session, accountId: string, stamps: readonly number[]): Promise<ViewRow[]> {
  if (stamps.length === 0) return []
  const list = session.kind === 'postgres' ? `{${stamps.join(',')}}` : JSON.stringify(stamps)
  return (await viewsAt(session, { accountId, list })).rows
}

/** Without the damage, of which `damaged` tells that there is some. */
export function toView(row: ViewRow): PinRequestView {
  const copies = copiesIn({ state: row.copies_state, nodes: row.nodes, wanted: row.wanted, reason: row.copies_reason, since: row.copies_since })
  const { visits, visit_bytes, last_visit } = row
  return {
    ...toPin(row),
    bytes: row.bytes ?? undefined,
    blocks: row.blocks ?? undefined,
    damage: undefined,
    replicas: copies,
    fetch: fetchIn(row),
    visits: visits === null || visit_bytes === null ? undefined : visitsIn({ visits, visit_bytes, last_visit }),
  }
}

export function toPin(row: Omit<PinRow, 'name_folded' | 'span' | 'slot'>): PinRequest {
  return {
    id: row.id,
    accountId: row.account_id,
    cid: row.cid,
    dag: row.dag,
    name: row.name ?? undefined,
    meta: row.meta === null ? undefined : (JSON.parse(row.meta) as Record<string, string>),
    origins: JSON.parse(row.origins) as string[],
    status: row.status,
    reason: row.reason ?? undefined,
    created: row.created,
    deadline: row.deadline,
    uploadId: row.upload_id ?? undefined,
  }
}

function fetchIn({ fetch_dag: dag, fetch_reason: reason, fetch_blocks: blocks, fetch_bytes: bytes, missing, attempts, tries, next_try, updated }: ViewRow): FetchState | undefined {
  if (dag === null || reason === null || blocks === null || bytes === null || missing === null || attempts === null || tries === null || updated === null) return undefined
  return toState({ dag, reason, blocks, bytes, missing, attempts, tries, next_try, updated })
}
