/** Who holds a DAG, what each account is charged for that, and what reclaim goes by. */
export const holding: readonly string[] = [
  // When the last holder went; null while it is held, and when nothing of it is kept any more.
  `alter table dag add column released bigint`,
  // unheld
  `create index dag_unheld on dag (released, cid) where holders = 0 and released is not null`,
  // giveUp and forget, and the database's own look when a DAG is removed
  `create index pin_request_root on pin_request (dag)`,

  // How often an account holds a DAG, over all of its uploads and pin requests.
  `create table account_dag (
    account_id text not null references account (id), dag text not null references dag (cid), holds bigint not null check (holds >= 0),
    primary key (account_id, dag)
  )`,
  // setComplete
  `create index account_dag_dag on account_dag (dag)`,
  // A row of its own: it is locked after the DAG, the account before.
  `create table account_usage (
    account_id text primary key references account (id), bytes bigint not null check (bytes >= 0),
    blocks bigint not null check (blocks >= 0), dags bigint not null check (dags >= 0)
  )`,

  // Blocks that list what an upload brought, for as long as its DAG is partial.
  `create table part_list (
    upload_id text not null references upload (id) on delete cascade, position integer not null, cid text not null,
    primary key (upload_id, position)
  )`,

  // A failed pin request holds nothing any more.
  `update dag set holders = (select count(*) from upload_root where upload_root.dag = dag.cid)
    + (select count(*) from pin_request where pin_request.dag = dag.cid and pin_request.status <> 'failed')`,
  `update dag set released = created where holders = 0`,
  `insert into account_dag (account_id, dag, holds)
    select account_id, dag, count(*) from (
      select upload.account_id, upload_root.dag from upload_root join upload on upload.id = upload_root.upload_id
      union all
      select account_id, dag from pin_request where status <> 'failed'
    ) as holder group by account_id, dag`,
  `insert into account_usage (account_id, bytes, blocks, dags)
    select account_dag.account_id, coalesce(sum(dag.bytes), 0), coalesce(sum(dag.blocks), 0), count(*)
    from account_dag join dag on dag.cid = account_dag.dag group by account_dag.account_id`,
]
