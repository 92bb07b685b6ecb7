import type { Statement } from './statement.ts'

/**
 * Lists and exact counts of many pin requests (docs/decisions/exact-counts.md). The requests of an account are divided by `created` into
 * spans, and whatever a count of many needs is kept a span. Triggers keep it: no write can forget it.
 */

/** Requests that a span has when the next begins. */
const spanSize = 1024

const statuses = ['queued', 'pinning', 'pinned', 'failed'] as const
/** One character a request in `pin_span.statuses`; '-' is one that was removed. */
const letter = (row: string) => `case ${row}.status when 'queued' then 'q' when 'pinning' then 'i' when 'pinned' then 'p' else 'f' end`
const is = (row: string, status: string) => `case when ${row}.status = '${status}' then 1 else 0 end`
/** `queued = queued + …` and so on, for a request that becomes a row of one kind and is no longer one of another. */
const count = (table: string, { more, less }: { more?: string; less?: string }) =>
  statuses.map((status) => `${status} = ${table}.${status}${more ? ` + ${is(more, status)}` : ''}${less ? ` - ${is(less, status)}` : ''}`).join(', ')
const live = 'queued + pinning + pinned + failed'
const replaced = (row: string, by: string) => `statuses = substr(statuses, 1, ${row}.slot) || ${by} || substr(statuses, ${row}.slot + 2)`

const settled = [
  `update pin_span set ${replaced('new', letter('new'))}, ${count('pin_span', { more: 'new', less: 'old' })} where account_id = new.account_id and first = new.span`,
  `update pin_tally set ${count('pin_tally', { more: 'new', less: 'old' })} where account_id = new.account_id`,
]

/** One more request: a span that has texts, which is full, is open again. */
const appended = `statuses = statuses || ${letter('new')}, ${count('pin_span', { more: 'new' })}, sealed = 0`

/** The texts of a span of which half are gone are written anew; a full span in which nothing lives goes. */
const removed = [
  `update pin_span set ${replaced('old', "'-'")}, ${count('pin_span', { less: 'old' })} where account_id = old.account_id and first = old.span`,
  `update pin_tally set ${count('pin_tally', { less: 'old' })} where account_id = old.account_id`,
  `delete from pin_span where account_id = old.account_id and first = old.span and ${live} = 0 and length(statuses) >= ${spanSize}`,
  `update pin_span set sealed = ${live} where account_id = old.account_id and first = old.span and 2 * (${live}) < sealed`,
]

/** The spans of an account lie side by side: the first has what is older than it, too. */
const ofSpan = `pin_request.account_id = new.account_id and pin_request.span = new.first
  and created >= (select case when min(first) = new.first then 0 else new.first end from pin_span where account_id = new.account_id)
  and created < coalesce((select min(first) from pin_span where account_id = new.account_id and first > new.first), 9000000000000000)`

const tallied = `insert into pin_tally (account_id, ${statuses.join(', ')}) values (new.account_id, ${statuses.map((status) => is('new', status)).join(', ')})
  on conflict (account_id) do update set ${statuses.map((status) => `${status} = pin_tally.${status} + excluded.${status}`).join(', ')}`

const seal = (texts: readonly string[]) => [
  `delete from pin_span_text where account_id = new.account_id and first = new.first`,
  `insert into pin_span_text (account_id, first, places, names, folded)
    select new.account_id, new.first, string_agg(slot || ':' || (created - new.first), ',' order by slot), ${texts.join(', ')}
    from pin_request where new.sealed > 0 and ${ofSpan} having count(*) > 0`,
]

const sqliteTriggers = [
  `create trigger pin_request_added after insert on pin_request begin
    insert into pin_span (account_id, first, statuses, ${statuses.join(', ')}, sealed) select new.account_id, new.created, '', 0, 0, 0, 0, 0
      where coalesce((select first <= new.created and length(statuses) >= ${spanSize} from pin_span where account_id = new.account_id order by first desc limit 1), 1);
    update pin_request set (span, slot) = (
      select first, length(statuses) from pin_span where account_id = new.account_id and first = coalesce(
        (select max(first) from pin_span where account_id = new.account_id and first <= new.created),
        (select min(first) from pin_span where account_id = new.account_id))
    ) where rowid = new.rowid;
    update pin_span set ${appended}
      where account_id = new.account_id and first = (select span from pin_request where rowid = new.rowid);
    ${tallied};
  end`,
  `create trigger pin_request_settled after update of status on pin_request when old.status <> new.status begin ${settled.join('; ')}; end`,
  `create trigger pin_request_removed after delete on pin_request begin ${removed.join('; ')}; end`,
  `create trigger pin_span_opened after insert on pin_span begin
    update pin_span set sealed = ${live} where account_id = new.account_id and first = (select max(first) from pin_span where account_id = new.account_id and first < new.first);
  end`,
  `create trigger pin_span_sealed after update of sealed on pin_span when old.sealed <> new.sealed begin
    ${seal(['name', 'name_folded'].map((column) => `cast(string_agg(coalesce(${column}, cast(x'fe' as text)), cast(x'ff' as text) order by slot) as blob)`)).join('; ')};
  end`,
]

const postgresTriggers = [
  // First what is nearly always so: the span has room. Who waited for one may find that another began meanwhile, hence the loop. The span is
  // locked before the tally, as by the others.
  ...postgresTrigger('pin_request_added', 'before insert on pin_request', `
    update pin_span set ${appended} where account_id = new.account_id and length(statuses) < ${spanSize}
      and first = (select first from pin_span where account_id = new.account_id and first <= new.created order by first desc limit 1)
      returning first, length(statuses) - 1 into new.span, new.slot;
    if not found then
      loop
        select first, length(statuses) into new.span, new.slot from pin_span where account_id = new.account_id and first <= new.created order by first desc limit 1 for update;
        if not found then
          select first, length(statuses) into new.span, new.slot from pin_span where account_id = new.account_id order by first limit 1 for update;
        end if;
        if found then
          exit when new.slot < ${spanSize};
          exit when exists (select from pin_span where account_id = new.account_id and first > new.created);
          continue when exists (select from pin_span where account_id = new.account_id and first > new.span);
          update pin_span set sealed = ${live} where account_id = new.account_id and first = new.span;
        end if;
        insert into pin_span (account_id, first, statuses, ${statuses.join(', ')}, sealed) values (new.account_id, new.created, '', 0, 0, 0, 0, 0) on conflict do nothing;
      end loop;
      update pin_span set ${appended} where account_id = new.account_id and first = new.span;
    end if;
    update pin_tally set ${count('pin_tally', { more: 'new' })} where account_id = new.account_id;
    if not found then
      ${tallied};
    end if;
    return new;`),
  ...postgresTrigger('pin_request_settled', 'after update of status on pin_request', `${settled.join('; ')}; return null;`, 'old.status <> new.status'),
  ...postgresTrigger('pin_request_removed', 'after delete on pin_request', `${removed.join('; ')}; return null;`),
  ...postgresTrigger(
    'pin_span_sealed',
    'after update of sealed on pin_span',
    `${seal(['name', 'name_folded'].map((column) => `string_agg(coalesce(convert_to(${column}, 'UTF8'), '\\xfe'::bytea), '\\xff'::bytea order by slot)`)).join('; ')}; return null;`,
    'old.sealed <> new.sealed',
  ),
]

function postgresTrigger(name: string, event: string, body: string, when = 'true'): string[] {
  return [
    `create function ${name}() returns trigger language plpgsql as $body$ begin ${body} end $body$`,
    `create trigger ${name} ${event} for each row when (${when}) execute function ${name}()`,
  ]
}

export const pinLists: readonly Statement[] = [
  // By DAG, newest first of one status, and counts, all from the index alone; also what pin_request_root was for.
  `drop index pin_request_dag`,
  `drop index pin_request_root`,
  `create index pin_request_dag on pin_request (dag, account_id, status, created)`,
  // The same by name: `name` is there for what compares character by character.
  `drop index pin_request_name`,
  `create index pin_request_name on pin_request (account_id, name_folded, status, created, name) where name_folded is not null`,

  // Where it is in the lists: the span, by its first stamp, and the place in it. Given by the trigger.
  `alter table pin_request add column span bigint`,
  `alter table pin_request add column slot integer`,
  `update pin_request set span = place.span, slot = place.slot from (
    select id, min(created) over (partition by account_id, n / ${spanSize}) as span, n % ${spanSize} as slot
    from (select id, account_id, created, row_number() over (partition by account_id order by created) - 1 as n from pin_request) as numbered
  ) as place where place.id = pin_request.id`,

  // Requests by status. A count without times; the cap of waiting requests.
  `create table pin_tally (
    account_id text primary key references account (id), queued bigint not null check (queued >= 0), pinning bigint not null check (pinning >= 0),
    pinned bigint not null check (pinned >= 0), failed bigint not null check (failed >= 0)
  )`,
  `insert into pin_tally (account_id, ${statuses.join(', ')}) select account_id, ${statuses.map((status) => `count(case when status = '${status}' then 1 end)`).join(', ')} from pin_request group by account_id`,

  // A count by times; and by meta or a part of the name, with the tables below. \`sealed\`: how many requests its texts have, 0 without texts.
  `create table pin_span (
    account_id text not null references account (id), first bigint not null, statuses text not null, queued bigint not null, pinning bigint not null,
    pinned bigint not null, failed bigint not null, sealed integer not null, primary key (account_id, first)
  )`,
  // The names of a full span in one piece, to be searched in memory: UTF-8, 0xFF between two, 0xFE where there is none. \`places\`: slot:created.
  {
    sqlite: `create table pin_span_text (
      account_id text not null, first bigint not null, places text not null, names blob not null, folded blob not null,
      primary key (account_id, first), foreign key (account_id, first) references pin_span (account_id, first) on delete cascade
    )`,
    postgres: `create table pin_span_text (
      account_id text not null, first bigint not null, places text not null, names bytea not null, folded bytea not null,
      primary key (account_id, first), foreign key (account_id, first) references pin_span (account_id, first) on delete cascade
    )`,
  },
  `insert into pin_span (account_id, first, statuses, ${statuses.join(', ')}, sealed)
    select account_id, span, string_agg(${letter('pin_request')}, '' order by slot), ${statuses.map((status) => `count(case when status = '${status}' then 1 end)`).join(', ')}, 0
    from pin_request group by account_id, span`,
  ...sqliteTriggers.map((sqlite) => ({ sqlite })),
  ...postgresTriggers.map((postgres) => ({ postgres })),
  `update pin_span set sealed = ${live} where exists (select 1 from pin_span as later where later.account_id = pin_span.account_id and later.first > pin_span.first)`,

  // A pair of meta in a span: who has it, one character a request, by its slot (see pin-pairs.ts).
  `create table pin_pair (
    account_id text not null references account (id), digest text not null, span bigint not null, slots text not null, primary key (account_id, digest, span)
  )`,
  ...(['char', 'chr'] as const).map((toCharacter) => ({
    [toCharacter === 'char' ? 'sqlite' : 'postgres']: `insert into pin_pair (account_id, digest, span, slots)
      select pin_request.account_id, digest, span, string_agg(${toCharacter}(256 + slot), '' order by slot)
      from pin_meta join pin_request on pin_request.id = pin_meta.pin_id group by pin_request.account_id, digest, span`,
  })),
  `drop table pin_meta`,
]
