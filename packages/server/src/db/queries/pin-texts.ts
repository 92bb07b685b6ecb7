import type { Session } from '../session.ts'
import type { NameMatch } from '../../ports/db/index.ts'
import { fold } from '../fold.ts'
import type { Span } from './pin-spans.ts'

/** The requests of a span as columns, in the order of their slots. */
export interface Columns {
  slots: Float64Array
  created: Float64Array
  /** Names as UTF-8, one character a byte (the search of V8 is fast then), with 0xFF before, between and behind. Empty where not asked for. */
  text: string
  /** Where in `text` each ends. */
  ends: Uint32Array
}

export type NameColumn = 'names' | 'folded'

/** Bytes of names that one database keeps in memory; what is in it and was not used for that many milliseconds makes room for others. */
const capacity = 64 * 2 ** 20
const idle = 60_000
/** Spans whose texts are read at once: some milliseconds. */
const batch = 16

/**
 * Reads columns, and keeps the names of sealed spans in memory: names never change, and which requests were removed since is told by the
 * statuses of the span.
 */
export class SpanTexts {
  readonly #kept = new Map<string, { columns: Columns; used: number }>()
  #bytes = 0

  /** Of these spans, in batches, each with what it needs. Without a column: stamps alone. */
  async *read(session: Session, accountId: string, spans: readonly Span[], column: NameColumn | undefined): AsyncGenerator<[Span, Columns]> {
    for (let at = 0; at < spans.length; at += batch) {
      const some = spans.slice(at, at + batch)
      const found = new Map<number, Columns>()
      const missing: number[] = []
      for (const span of some) {
        const kept = column && span.sealed > 0 && this.#use(keyOf(accountId, span, column))
        if (kept) found.set(span.first, kept)
        else if (span.sealed > 0) missing.push(span.first)
      }
      if (missing.length > 0) {
        const sealed = new Map(some.map((span) => [span.first, span]))
        for (const [first, columns] of await readSealed(session, accountId, missing, column)) {
          found.set(first, columns)
          if (column) this.#keep(keyOf(accountId, sealed.get(first)!, column), columns)
        }
      }
      // A span that is open, or was when its texts were asked for.
      for (const span of some) yield [span, found.get(span.first) ?? (await readOpen(session, accountId, span, column))]
    }
  }

  #use(key: string): Columns | undefined {
    const entry = this.#kept.get(key)
    if (entry === undefined) return undefined
    entry.used = performance.now()
    this.#kept.delete(key)
    this.#kept.set(key, entry)
    return entry.columns
  }

  /** A scan of more than fits takes no room from what is in use, or it would find nothing of itself the next time. */
  #keep(key: string, columns: Columns): void {
    const now = performance.now()
    for (const [oldest, entry] of this.#kept) {
      if (this.#bytes + columns.text.length <= capacity || now - entry.used < idle) break
      this.#kept.delete(oldest)
      this.#bytes -= entry.columns.text.length
    }
    if (this.#bytes + columns.text.length > capacity || this.#kept.has(key)) return
    this.#kept.set(key, { columns, used: now })
    this.#bytes += columns.text.length
  }
}

/** Which requests have a name like that: `at` has `count` positions in the columns, ascending, until the next search. */
export interface Hits {
  at: Uint32Array
  count: number
}

export function nameFinder({ text, match }: { text: string; match: NameMatch }): { column: NameColumn; find(columns: Columns): Hits } {
  const folded = match === 'iexact' || match === 'ipartial'
  const bytes = latin1(Buffer.from(folded ? fold(text) : text))
  const part = match === 'partial' || match === 'ipartial' ? bytes : `\xff${bytes}\xff`
  const hits: Hits = { at: new Uint32Array(1024), count: 0 }
  const find = ({ text: names, ends }: Columns) => {
    if (hits.at.length < ends.length) hits.at = new Uint32Array(ends.length)
    hits.count = 0
    for (let at = names.indexOf(part), i = 0; at >= 0; at = names.indexOf(part, ends[i])) {
      while (ends[i]! <= at) i++
      hits.at[hits.count++] = i
    }
    return hits
  }
  return { column: folded ? 'folded' : 'names', find }
}

async function readSealed({ q }: Session, accountId: string, firsts: readonly number[], column: NameColumn | undefined): Promise<[number, Columns][]> {
  const rows = q.selectFrom('pin_span_text').select(['first', 'places']).where('account_id', '=', accountId).where('first', 'in', firsts)
  const found = await (column ? rows.select(`${column} as text`) : rows.$castTo<{ first: number; places: string; text?: Uint8Array }>()).execute()
  return found.map(({ first, places, text }) => {
    const pairs = places.split(',')
    const slots = new Float64Array(pairs.length)
    const created = new Float64Array(pairs.length)
    for (const [i, pair] of pairs.entries()) {
      const colon = pair.indexOf(':')
      slots[i] = Number(pair.slice(0, colon))
      created[i] = first + Number(pair.slice(colon + 1))
    }
    return [first, { slots, created, ...(text ? delimited(latin1(text), pairs.length) : nothing) }]
  })
}

/** Straight from the requests: as many as a span has. */
async function readOpen({ q }: Session, accountId: string, { first, from, until }: Span, column: NameColumn | undefined): Promise<Columns> {
  const rows = await q
    .selectFrom('pin_request')
    .select(['slot', 'created', `${column === 'folded' ? 'name_folded' : 'name'} as name`])
    .where('account_id', '=', accountId)
    .where('span', '=', first)
    .where('created', '>=', Math.max(from, Number.MIN_SAFE_INTEGER))
    .where('created', '<', Math.min(until, Number.MAX_SAFE_INTEGER))
    .execute()
  const slots = Float64Array.from(rows, ({ slot }) => slot)
  const created = Float64Array.from(rows, (row) => row.created)
  const names = column === undefined ? undefined : rows.map(({ name }) => (name === null ? '\xfe' : latin1(Buffer.from(name)))).join('\xff')
  return { slots, created, ...(names === undefined ? nothing : delimited(names, rows.length)) }
}

const nothing = { text: '', ends: new Uint32Array() }

function delimited(names: string, count: number): Pick<Columns, 'text' | 'ends'> {
  const text = `\xff${names}\xff`
  const ends = new Uint32Array(count)
  for (let i = 0, at = 0; i < count; i++) ends[i] = at = text.indexOf('\xff', at + 1)
  return { text, ends }
}


function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}

/** A span that was opened again has more slots since. */
function keyOf(accountId: string, { first, statuses }: Span, column: NameColumn): string {
  return `${accountId} ${first} ${statuses.length} ${column}`
}
