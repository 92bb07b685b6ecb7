import type { Statement } from './statement.ts'

/** What an account has uploaded, one row a root as it was written, however many uploads brought it. */
export const accountRoots: readonly Statement[] = [
  // `created` of the first upload of it, `updated` of the last, which is `upload_id`; `uploads` is how many there are. Names sort by their bytes.
  {
    sqlite: `create table account_root (
      account_id text not null references account (id), cid text not null, dag text not null, name text not null,
      created bigint not null, updated bigint not null, uploads bigint not null, upload_id text not null, primary key (account_id, cid)
    )`,
    postgres: `create table account_root (
      account_id text not null references account (id), cid text not null, dag text not null, name text collate "C" not null,
      created bigint not null, updated bigint not null, uploads bigint not null, upload_id text not null, primary key (account_id, cid)
    )`,
  },
  // list, count
  `create index account_root_created on account_root (account_id, created, cid)`,
  `create index account_root_name on account_root (account_id, name, created, cid)`,

  // CIDs of the CARs that brought it, where a client was told of them.
  `create table account_part (
    account_id text not null, cid text not null, car text not null, primary key (account_id, cid, car),
    foreign key (account_id, cid) references account_root (account_id, cid) on delete cascade
  )`,

  // Lists go by \`created\`, so that no two of an account may have the same: roots of one upload get milliseconds of their own.
  `insert into account_root (account_id, cid, dag, name, created, updated, uploads, upload_id)
    select account_id, cid, dag, name, number + max(created - number) over (partition by account_id order by number), updated, uploads, upload_id
    from (
      select upload.account_id, upload_root.cid, min(upload_root.dag) as dag, coalesce(max(upload_root.name), '') as name, min(upload.created) as created,
        max(upload.created) as updated, count(*) as uploads, max(upload.id) as upload_id,
        row_number() over (partition by upload.account_id order by min(upload.created), upload_root.cid) as number
      from upload_root join upload on upload.id = upload_root.upload_id group by upload.account_id, upload_root.cid
    ) as numbered`,
  `update account set last_stamp = (select max(created) from account_root where account_id = account.id)
    where last_stamp < (select max(created) from account_root where account_id = account.id)`,
]
