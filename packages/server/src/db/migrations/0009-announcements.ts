/** Roots that the public network is told about. */
export const announcements: readonly string[] = [
  // One row a root, as long as somebody holds it: `due` is when it is announced next, `tries` how often that failed since it was.
  `create table announcement (
    dag text primary key references dag (cid) on delete cascade, due bigint not null, announced bigint, tries integer not null, error text
  )`,
  // due, backlog
  `create index announcement_due on announcement (due, dag)`,
  // failing
  `create index announcement_failing on announcement (due, dag) where tries > 0`,
]
