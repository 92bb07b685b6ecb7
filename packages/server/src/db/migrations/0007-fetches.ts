/** How the fetch of a DAG fares, and whose turn it is to have one. */
export const fetches: readonly string[] = [
  // One row a DAG that was asked for and is not complete, for all who wait for it. `next_try` is null while it is fetched.
  `create table dag_fetch (
    dag text primary key references dag (cid) on delete cascade, reason text not null, blocks bigint not null, bytes bigint not null,
    missing bigint not null, attempts text not null, tries bigint not null, next_try bigint, updated bigint not null
  )`,
  // hasten
  `create index dag_fetch_next on dag_fetch (next_try) where next_try is not null`,

  // Who asked for it last; empty where nobody's turn is kept.
  `alter table job add column lane text not null default ''`,
  // 0: was never tried since it was asked for; 1: tried again.
  `alter table job add column rank integer not null default 0`,
  // Processes that ended while they ran it, one after the other.
  `alter table job add column deaths integer not null default 0`,
  // claimInTurn, isWaitedFor
  `create index job_lane on job (kind, rank, lane, due_at) where dead = 0 and lane <> ''`,
]
