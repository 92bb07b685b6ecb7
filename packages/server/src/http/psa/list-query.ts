import { canonicalCid, parseCid } from '@thole/dag'
import { fault } from '../../kernel/faults.ts'
import { checkName } from '../../kernel/names.ts'
import type { NameMatch, PinFilter, PinStatus } from '../../ports/db/index.ts'
import { readInstant, type Instant } from './instant.ts'
import { textMap } from './read-pin.ts'

const matches: readonly NameMatch[] = ['exact', 'iexact', 'partial', 'ipartial']
export const pinStatuses: readonly PinStatus[] = ['queued', 'pinning', 'pinned', 'failed']
const maxCids = 10
const maxLimit = 1000
const defaultLimit = 10

/** PSA §List: an empty parameter counts as not given; a missing `status` means pinned. */
export function readListQuery(query: URLSearchParams): { filter: PinFilter; limit: number } {
  const cids = list(query, 'cid')
  if (cids && cids.length > maxCids) throw invalid('cid', `takes at most ${maxCids} CIDs`)
  return {
    filter: {
      dags: cids?.map((cid) => canonicalCid(parseCid(cid))),
      statuses: statuses(query) ?? ['pinned'],
      name: name(query),
      meta: meta(query),
      before: before(query),
      after: time(query, 'after')?.ms,
    },
    limit: limit(query),
  }
}

function statuses(query: URLSearchParams): PinStatus[] | undefined {
  return list(query, 'status')?.map((text) => {
    const status = pinStatuses.find((known) => known === text)
    if (!status) throw invalid('status', `takes ${pinStatuses.join(', ')}, not "${text}"`)
    return status
  })
}

function name(query: URLSearchParams): PinFilter['name'] {
  const match = one(query, 'match') ?? 'exact'
  const known = matches.find((candidate) => candidate === match)
  if (!known) throw invalid('match', `takes ${matches.join(', ')}`)
  const text = one(query, 'name')
  if (text === undefined) return undefined
  checkName(text)
  return { text, match: known }
}

/** A JSON object, or the `meta[key]=value` that generated clients send. */
function meta(query: URLSearchParams): Record<string, string> | undefined {
  const text = one(query, 'meta')
  const given = text === undefined ? [] : Object.entries(jsonMap(text))
  const fields = [...new Set(query.keys())].filter((field) => field.startsWith('meta['))
  const pairs = [...given, ...fields.map((field) => [bracketed(field), one(query, field) ?? ''] as const)]
  return pairs.length > 0 ? Object.fromEntries(pairs) : undefined
}

function bracketed(field: string): string {
  const key = /^meta\[([^[\]]+)\]$/.exec(field)?.[1]
  if (key === undefined) throw invalid(field, 'must be meta[key], or meta a JSON object')
  return key
}

function jsonMap(text: string): Record<string, string> {
  try {
    const map = textMap('meta', JSON.parse(text))
    if (map) return map
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw invalid('meta', 'must be a JSON object')
}

function limit(query: URLSearchParams): number {
  const text = one(query, 'limit')
  if (text === undefined) return defaultLimit
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0
  if (value < 1 || value > maxLimit) throw invalid('limit', `must be a whole number from 1 to ${maxLimit}`)
  return value
}

/** A moment that `created` must lie before. What is finer than a millisecond counts up: nothing created in that millisecond may be passed over. */
function before(query: URLSearchParams): number | undefined {
  const instant = time(query, 'before')
  return instant && (instant.finer ? instant.ms + 1 : instant.ms)
}

function time(query: URLSearchParams, field: string): Instant | undefined {
  // The plus of an offset that was not percent-encoded.
  const text = one(query, field)?.replace(' ', '+')
  const instant = text === undefined ? undefined : readInstant(text)
  if (text !== undefined && !instant) throw invalid(field, 'must be an RFC 3339 date and time')
  return instant
}

/** The value of a parameter that may be given once; empty is not given. */
function one(query: URLSearchParams, field: string): string | undefined {
  const [value, ...more] = new Set(query.getAll(field).filter((text) => text !== ''))
  if (more.length > 0) throw invalid(field, 'was given more than once')
  return value
}

function list(query: URLSearchParams, field: string): string[] | undefined {
  const items = query.getAll(field).flatMap((text) => text.split(',')).filter((item) => item !== '')
  return items.length > 0 ? [...new Set(items)] : undefined
}

function invalid(field: string, reason: string) {
  return fault('INVALID_REQUEST', { reason: `"${field}" ${reason}` })
}
