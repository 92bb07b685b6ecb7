/** The index of a block store in a bucket. `bytea` is a blob to SQLite as well. */
export const segments: readonly string[] = [
  `create table segment (id text primary key, bytes bigint not null, blocks bigint not null, live bigint not null, created bigint not null)`,
  `create table block (
    hash bytea primary key, segment text not null, position bigint not null, bytes bigint not null,
    claimed bigint not null, damaged integer not null
  )`,
  // blocksOf, nextNamed, removeSegment
  `create index block_segment on block (segment, position)`,
  // damaged, totals
  `create index block_damaged on block (hash) where damaged = 1`,

  `create table store_process (id text primary key, horizon bigint not null, seen bigint not null)`,
  // One row: the lease of the one reclaim at a time.
  `create table store_reclaim (id integer primary key, run text, until bigint not null, cutoff bigint not null)`,
  `insert into store_reclaim (id, run, until, cutoff) values (1, null, 0, 0)`,
]
