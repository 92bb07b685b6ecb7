export const damage: readonly string[] = [
  // One row a block that the store cannot give. No `cid`: the DAGs have not been looked through for it yet.
  `create table damaged_block (
    hash text primary key, cid text, found bigint not null, tries integer not null, next_try bigint not null, reason text
  )`,
  // hasUnplaced
  `create index damaged_block_unplaced on damaged_block (found) where cid is null`,
  // due
  `create index damaged_block_due on damaged_block (next_try) where cid is not null`,

  // `stale`: a block of it came back, so that it has to be looked through again.
  `create table damaged_dag (
    dag text primary key references dag (cid) on delete cascade, blocks bigint not null, since bigint not null, stale integer not null
  )`,
  // stale
  `create index damaged_dag_stale on damaged_dag (dag) where stale = 1`,

  // The first damaged blocks of each.
  `create table dag_damage (
    dag text not null references damaged_dag (dag) on delete cascade, position integer not null, hash text not null,
    cid text not null, path text not null, primary key (dag, position)
  )`,
  // heal, forget, origins
  `create index dag_damage_hash on dag_damage (hash, dag)`,
]
