/** SQL that SQLite and PostgreSQL both read. Every index serves a query of the ports, named beside it. */
export const first: readonly string[] = [
  `create table account (
    id text primary key, email text not null unique, role text not null, created bigint not null,
    suspended integer not null, last_stamp bigint not null
  )`,
  // countAdmins
  `create index account_role on account (role) where role = 'admin'`,

  `create table api_key (
    id text primary key, account_id text not null references account (id), name text not null, scopes text not null,
    hash text not null, tail text not null, created bigint not null, last_used bigint, revoked bigint
  )`,
  // ofAccount
  `create index api_key_account on api_key (account_id, created)`,

  `create table dag (
    cid text primary key, state text not null, bytes bigint, blocks bigint, holders bigint not null check (holders >= 0),
    visits bigint not null, created bigint not null, completed bigint, missing_count bigint not null
  )`,
  // partial
  `create index dag_partial on dag (created, cid) where state = 'partial' and holders > 0`,
  `create table missing_block (
    dag text not null references dag (cid), position integer not null, cid text not null, path text not null,
    primary key (dag, position)
  )`,

  `create table upload (
    id text primary key, account_id text not null references account (id), name text, kind text not null,
    bytes bigint not null, created bigint not null
  )`,
  // list, count
  `create index upload_account on upload (account_id, created)`,
  // An upload is written before its DAGs are locked, hence the deferred check.
  `create table upload_root (
    upload_id text not null references upload (id) on delete cascade, position integer not null, cid text not null,
    dag text not null references dag (cid) deferrable initially deferred, name text,
    primary key (upload_id, position)
  )`,
  // The deferred check, when a DAG is made.
  `create index upload_root_dag on upload_root (dag)`,

  `create table pin_request (
    id text primary key, account_id text not null references account (id), cid text not null, dag text not null references dag (cid),
    name text, name_folded text, meta text, origins text not null, status text not null, reason text,
    created bigint not null, deadline bigint not null, upload_id text
  )`,
  // list and count: any status; by status; by DAG; by name. Newest first, so each ends with created.
  `create unique index pin_request_account on pin_request (account_id, created)`,
  `create index pin_request_status on pin_request (account_id, status, created)`,
  `create index pin_request_dag on pin_request (account_id, dag, created)`,
  `create index pin_request_name on pin_request (account_id, name_folded, created) where name_folded is not null`,
  // removeOfUpload
  `create index pin_request_upload on pin_request (upload_id) where upload_id is not null`,
  // waiting, settle
  `create index pin_request_waiting on pin_request (dag, created) where status in ('queued', 'pinning')`,
  `create table pin_meta (
    pin_id text not null references pin_request (id) on delete cascade, account_id text not null, digest text not null,
    created bigint not null, primary key (pin_id, digest)
  )`,
  `create index pin_meta_digest on pin_meta (account_id, digest, created, pin_id)`,

  `create table job (
    id text primary key, kind text not null, key text not null, payload text, attempts integer not null, wanted bigint not null,
    due_at bigint not null, again_at bigint, owner text, dead integer not null, error text,
    unique (kind, key)
  )`,
  // claim
  `create index job_due on job (kind, due_at) where dead = 0`,

  `create table instance (name text primary key, value text not null)`,
]
