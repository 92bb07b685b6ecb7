/** Who read what through the gateway, and uploads that wait for their first reader to be pinned. */
export const visits: readonly string[] = [
  // Of all readers; `visits` counts their requests.
  `alter table dag add column visit_bytes bigint not null default 0`,
  `alter table dag add column last_visit bigint`,
  // Of those who read as an account.
  `create table account_visit (
    dag text not null references dag (cid) on delete cascade, account_id text not null references account (id), requests bigint not null,
    bytes bigint not null, last bigint not null, primary key (dag, account_id)
  )`,

  // 1: no pin request was made with the upload of this root yet.
  `alter table upload_root add column unpinned integer not null default 0`,
  // A pin request that was made with an upload goes together with its root.
  `update upload_root set unpinned = 1
    where not exists (select 1 from pin_request where pin_request.upload_id = upload_root.upload_id and pin_request.dag = upload_root.dag)`,
  // standing, unpinned
  `create index upload_root_unpinned on upload_root (dag) where unpinned = 1`,
]
