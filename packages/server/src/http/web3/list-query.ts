import { fault } from '../../kernel/faults.ts'
import type { RootPage } from '../../ports/db/index.ts'
import { readInstant } from '../psa/instant.ts'

const defaultSize = 25
const maxSize = 1000

/** What a list is asked for, and what of it was said. */
export type ListQuery = { size: number; sized: boolean } & ({ mode: 'date'; before?: number } | { mode: 'pages'; page: number; by: 'name' | 'created'; descending: boolean; given: Record<string, string> })

/** Newest before a date, or page by page in an order. Fault INVALID_REQUEST. */
export function readListQuery(query: URLSearchParams): ListQuery {
  const size = { size: whole(query, 'size', maxSize) ?? defaultSize, sized: query.has('size') }
  const page = whole(query, 'page', Number.MAX_SAFE_INTEGER)
  const isSorted = query.has('sortBy') || query.has('sortOrder')
  if (page === undefined && (!isSorted || query.has('before'))) return { ...size, mode: 'date', before: before(query) }
  const by = choice(query, 'sortBy', { Date: 'created', Name: 'name' } as const) ?? 'created'
  const descending = choice(query, 'sortOrder', { Asc: false, Desc: true }) ?? true
  const given = Object.fromEntries(['sortBy', 'sortOrder'].flatMap((field) => (query.has(field) ? [[field, query.get(field)!]] : [])))
  return { ...size, mode: 'pages', page: page ?? 1, by, descending, given }
}

/** One more than is shown tells whether there is more. */
export function pageOf(query: ListQuery): RootPage {
  if (query.mode === 'date') return { before: query.before, limit: query.size + 1 }
  return { by: query.by, descending: query.descending, offset: (query.page - 1) * query.size, limit: query.size }
}

function whole(query: URLSearchParams, field: string, max: number): number | undefined {
  const text = query.get(field)
  if (text === null) return undefined
  const value = /^\d{1,15}$/.test(text) ? Number(text) : 0
  if (value < 1 || value > max) throw fault('INVALID_REQUEST', { reason: `invalid ${field}: it must be a whole number from 1 to ${max}` })
  return value
}

/** What is finer than our clock counts up: nothing may be passed over. A plus that was not percent-encoded has become a space. */
function before(query: URLSearchParams): number | undefined {
  const text = query.get('before')
  if (text === null) return undefined
  const found = readInstant(text.replace(/ (?=\d\d:\d\d$)/, '+')) ?? readDay(text)
  if (found === undefined) throw fault('INVALID_REQUEST', { reason: 'invalid before date' })
  return found.finer ? found.ms + 1 : found.ms
}

function readDay(text: string) {
  return /^\d{4}-\d\d-\d\d$/.test(text) ? readInstant(`${text}T00:00:00Z`) : undefined
}

function choice<T>(query: URLSearchParams, field: string, choices: Record<string, T>): T | undefined {
  const text = query.get(field)
  if (text === null) return undefined
  if (!Object.hasOwn(choices, text)) throw fault('INVALID_REQUEST', { reason: `invalid ${field}: it must be ${Object.keys(choices).join(' or ')}` })
  return choices[text]
}
