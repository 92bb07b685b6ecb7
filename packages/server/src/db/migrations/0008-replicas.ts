/** Copies of a DAG on other nodes. */
export const replicas: readonly string[] = [
  // Without reference to the DAG: the row is there until the copies are gone, which may be after the DAG's own.
  `create table dag_replica (
    dag text primary key, state text not null, nodes text not null, wanted integer not null, reason text,
    since bigint not null, next_look bigint
  )`,
  // due, nextDue
  `create index dag_replica_look on dag_replica (next_look) where next_look is not null`,
  // pending
  `create index dag_replica_pending on dag_replica (since) where state in ('waiting', 'leaving')`,
]
