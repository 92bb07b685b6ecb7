/** What accounts may use, what they use as time goes on, and room that uploads under way have taken. */
export const plans: readonly string[] = [
  // Null: no limit. Bandwidth and requests are of a month; prices are millionths of the currency.
  `create table plan (
    id text primary key, name text not null, words text not null, storage_bytes bigint, blocks bigint, bandwidth_bytes bigint, requests bigint,
    requests_per_minute bigint, keys bigint, in_flight_pins bigint, price_gib_month bigint not null, price_gib_sent bigint not null, currency text not null
  )`,
  `insert into plan (id, name, words, storage_bytes, blocks, bandwidth_bytes, keys, in_flight_pins, price_gib_month, price_gib_sent, currency)
    values ('free', 'Free', 'For people who sign up themselves.', 5368709120, 1000000, 107374182400, 100, 10000, 0, 0, 'USD')`,
  // Null: no limits.
  `alter table account add column plan_id text references plan (id)`,
  `create index account_plan on account (plan_id) where plan_id is not null`,

  // \`since\`: the bytes have been so many from then on (0: not known); \`byte_hours\`: what they add up to from \`rolled\`, the start of an hour, until then.
  `alter table account_usage add column byte_hours double precision not null default 0`,
  `alter table account_usage add column since bigint not null default 0`,
  `alter table account_usage add column rolled bigint not null default 0`,
  // roll
  `create index account_usage_rolled on account_usage (rolled)`,

  // When the account came to hold it; and 1 where it has brought parts of it while it is not complete.
  `alter table account_dag add column since bigint not null default 0`,
  `update account_dag set since = coalesce((select min(created) from (
      select created from pin_request where pin_request.account_id = account_dag.account_id and pin_request.dag = account_dag.dag and status <> 'failed'
      union all
      select upload.created from upload_root join upload on upload.id = upload_root.upload_id where upload_root.dag = account_dag.dag and upload.account_id = account_dag.account_id
    ) as held), 0)`,
  // holders: who holds it for longest
  `drop index account_dag_dag`,
  `create index account_dag_dag on account_dag (dag, since, account_id)`,
  `alter table account_dag add column parts integer not null default 0`,
  `update account_dag set parts = 1 where exists (select 1 from dag where dag.cid = account_dag.dag and dag.state = 'partial')`,
  // waiting
  `create index account_dag_parts on account_dag (account_id) where parts = 1`,
  // What is stored of a DAG that is not complete, whoever brought it.
  `alter table dag add column here_bytes bigint not null default 0`,
  `alter table dag add column here_blocks bigint not null default 0`,
  // Blocks that it brought.
  `alter table upload add column blocks bigint not null default 0`,

  // Until then; afterwards it counts no more.
  `create table reservation (
    id text primary key, account_id text not null references account (id) on delete cascade, bytes bigint not null, blocks bigint not null, until bigint not null
  )`,
  `create index reservation_account on reservation (account_id)`,
  `create index reservation_until on reservation (until)`,

  // \`hour\`: its start.
  `create table account_traffic (
    account_id text not null references account (id) on delete cascade, hour bigint not null, kind text not null, requests bigint not null, sent bigint not null,
    primary key (account_id, hour, kind)
  )`,
  `create index account_traffic_hour on account_traffic (hour)`,
  `create table account_stored (
    account_id text not null references account (id) on delete cascade, hour bigint not null, byte_hours double precision not null, primary key (account_id, hour)
  )`,
  `create index account_stored_hour on account_stored (hour)`,

  // Who was told that so many of a hundred are used, in the month that began then.
  `create table quota_warning (
    account_id text not null references account (id) on delete cascade, what text not null, level integer not null, period bigint not null, at bigint not null,
    primary key (account_id, what, period, level)
  )`,
]
