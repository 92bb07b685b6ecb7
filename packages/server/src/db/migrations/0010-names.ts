/** Records of IPNS names that were published here. */
export const names: readonly string[] = [
  // `due`: when the public network is told of it next, `tries`: how often that failed since it was.
  `create table ipns_record (
    name text primary key, record bytea not null, expires bigint not null, received bigint not null, client text,
    due bigint not null, tries integer not null
  )`,
  // due, nextDue
  `create index ipns_record_due on ipns_record (due, name)`,
  // removeExpired
  `create index ipns_record_expires on ipns_record (expires, name)`,
  // countOf
  `create index ipns_record_client on ipns_record (client)`,
]
