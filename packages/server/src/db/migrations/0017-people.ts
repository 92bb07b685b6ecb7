/** People without a password, who prove themselves in other ways, and what they are to accounts. */
export const people: readonly string[] = [
  // SQLite cannot make a column nullable; both databases can do this.
  `alter table member add column secret text`,
  `update member set secret = password`,
  `alter table member drop column password`,
  `alter table member rename column secret to password`,
  `alter table member add column verified bigint`,
  `alter table member add column made_by text not null default 'operator'`,
  `alter table member add column totp text`,
  `alter table member add column totp_step bigint not null default 0`,

  `alter table member_session add column id text`,
  `update member_session set id = substr(hash, 1, 32)`,
  `alter table member_session add column account_id text`,
  `alter table member_session add column agent text`,
  `alter table member_session add column address text`,
  `alter table member_session add column factors integer not null default 1`,
  `create index member_session_id on member_session (id)`,

  `create table membership (
    account_id text not null references account (id) on delete cascade, member_id text not null references member (id) on delete cascade,
    role text not null, created bigint not null, primary key (account_id, member_id)
  )`,
  `create index membership_member on membership (member_id)`,
  `insert into membership (account_id, member_id, role, created) select account.id, member.id, 'owner', member.created from account join member on member.email = account.email`,

  `create table identity (
    provider text not null, subject text not null, member_id text not null references member (id) on delete cascade,
    email text not null, created bigint not null, used bigint, primary key (provider, subject)
  )`,
  `create index identity_member on identity (member_id)`,

  `create table login_token (
    hash text primary key, id text not null, kind text not null, email text, member_id text references member (id) on delete cascade,
    account_id text references account (id) on delete cascade, role text, made_by text, created bigint not null, expires bigint not null
  )`,
  // drop what has expired, list and limit those of an account or a member
  `create index login_token_expires on login_token (expires)`,
  `create index login_token_account on login_token (account_id, kind)`,
  `create index login_token_member on login_token (member_id, kind)`,

  `create table passkey (
    id text primary key, member_id text not null references member (id) on delete cascade, public_key text not null, counter bigint not null,
    transports text not null, name text not null, created bigint not null, used bigint
  )`,
  `create index passkey_member on passkey (member_id)`,

  `create table recovery_code (hash text primary key, member_id text not null references member (id) on delete cascade)`,
  `create index recovery_code_member on recovery_code (member_id)`,

  `create table sign_in_try (digest text primary key, tries integer not null, ends bigint not null)`,
  `create index sign_in_try_ends on sign_in_try (ends)`,
]
