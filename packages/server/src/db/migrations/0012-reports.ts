/** What people told of content that should not be here. */
export const reports: readonly string[] = [
  `create table abuse_report (id text primary key, path text not null, kind text not null, words text not null, contact text, created bigint not null)`,
  // list
  `create index abuse_report_created on abuse_report (created, id)`,
]
