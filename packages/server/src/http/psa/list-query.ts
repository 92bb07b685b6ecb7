import { canonicalCid, parseCid } from '@thole/dag'
import { fault } from '../../kernel/faults.ts'
import { checkName } from '../../kernel/names.ts'
import type { NameMatch, PinFilter, PinStatus } from '../../ports/db/index.ts'
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
      after: time(query, 'after'),
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
  const match = query.get('match') || 'exact'
  const known = matches.find((candidate) => candidate === match)
  if (!known) throw invalid('match', `takes ${matches.join(', ')}`)
  const text = query.get('name')
  if (!text) return undefined
  checkName(text)
  return { text, match: known }
}

/** A JSON object, or the `meta[key]=value` that generated clients send. */
function meta(query: URLSearchParams): Record<string, string> | undefined {
  const bracketed = [...query].flatMap(([key, value]) => {
    const inner = /^meta\[(.+)\]$/.exec(key)?.[1]
    return inner === undefined ? [] : [[inner, value] as const]
  })
  if (bracketed.length > 0) return Object.fromEntries(bracketed)
  const text = query.get('meta')
  return text ? textMap('meta', parseJson(text)) : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalid('meta', 'must be a JSON object')
  }
}

function limit(query: URLSearchParams): number {
  const text = query.get('limit')
  if (!text) return defaultLimit
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0
  if (value < 1 || value > maxLimit) throw invalid('limit', `must be a whole number from 1 to ${maxLimit}`)
  return value
}

const timePattern = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.(\d{1,9}))?(?:[Zz]|[+-]\d\d:\d\d)$/

/** RFC 3339 to milliseconds; finer digits are cut. */
function time(query: URLSearchParams, field: string): number | undefined {
  const text = query.get(field)?.replace(' ', '+')
  if (!text) return undefined
  const value = timePattern.test(text) ? Date.parse(text.toUpperCase()) : Number.NaN
  if (Number.isNaN(value)) throw invalid(field, 'must be an RFC 3339 date and time')
  return value
}

/** What is finer than a millisecond counts up: nothing created in that millisecond may be passed over. */
function before(query: URLSearchParams): number | undefined {
  const value = time(query, 'before')
  const digits = timePattern.exec(query.get('before')?.replace(' ', '+') ?? '')?.[1] ?? ''
  return value !== undefined && Number(digits.slice(3) || 0) > 0 ? value + 1 : value
}

function list(query: URLSearchParams, field: string): string[] | undefined {
  const items = query.getAll(field).flatMap((text) => text.split(',')).filter((item) => item !== '')
  return items.length > 0 ? [...new Set(items)] : undefined
}

function invalid(field: string, reason: string) {
  return fault('INVALID_REQUEST', { reason: `"${field}" ${reason}` })
}
