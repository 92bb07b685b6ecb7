/** What happened, without an account to the instance; and lists of uploads in any order. */
export const events: readonly string[] = [
  `create table event (
    id bigint primary key, account_id text references account (id), kind text not null, audit integer not null, at bigint not null,
    actor text not null, actor_id text, actor_name text, data text not null
  )`,
  // list: of one account or of the instance (null), of all, of some kinds
  `create index event_account on event (account_id, id)`,
  `create index event_account_kind on event (account_id, kind, id)`,
  `create index event_kind on event (kind, id)`,
  // retire
  `create index event_audit on event (audit, id)`,
  // fetches.changed
  `create index dag_fetch_updated on dag_fetch (updated)`,

  // The name that lists show, folded; \`fold\` folds more than the database does, which concerns few of those that are there.
  `alter table upload add column name_folded text not null default ''`,
  `update upload set name_folded = upper(coalesce(name, (select name from upload_root where upload_id = upload.id and position = 0), ''))`,
  `create index upload_name on upload (account_id, name_folded, created)`,
  `create index upload_bytes on upload (account_id, bytes, created)`,
]
