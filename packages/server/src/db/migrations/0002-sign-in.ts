export const signIn: readonly string[] = [
  `create table member (id text primary key, email text not null unique, password text not null, created bigint not null)`,
  `create table member_session (
    hash text primary key, member_id text not null references member (id) on delete cascade, created bigint not null, seen bigint not null
  )`,
  `create index member_session_member on member_session (member_id, created)`,
  `create index member_session_created on member_session (created)`,
]
