/** Keys that end, pinning by request, and uploads whose owner is told when they end unread. */
export const access: readonly string[] = [
  // Null: it does not end.
  `alter table api_key add column expires bigint`,

  // 1: an admin let this account pin by CID; asked only where the instance is closed.
  `alter table account add column may_pin integer not null default 0`,
  // 1: its uploads wait for their first reader to be pinned.
  `alter table account add column on_demand integer not null default 0`,

  // `seen`: 1 where the account has been told how it was decided, or nothing is decided yet.
  `create table access_request (
    id text primary key, account_id text not null references account (id), asked_by text not null, purpose text not null, amount text not null,
    link text not null, state text not null, created bigint not null, decided bigint, message text, seen integer not null
  )`,
  // One at a time.
  `create unique index access_request_open on access_request (account_id) where state = 'open'`,
  // latest
  `create index access_request_account on access_request (account_id, created)`,
  // list
  `create index access_request_state on access_request (state, created, id)`,

  // When its owner was told that it ends; null: not yet.
  `alter table upload_root add column warned bigint`,
  // waiting
  `create index upload_root_waiting on upload_root (upload_id, position) where unpinned = 1`,
]
