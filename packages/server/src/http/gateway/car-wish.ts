import type { ExportOptions } from '../../domain/retrieval/index.ts'
import { fault } from '../../kernel/faults.ts'
import type { Target } from './target.ts'

const scopes = ['block', 'entity', 'all'] as const

/** IPIP-0402 and IPIP-0412; the query wins over the parameters of the media type. Fault INVALID_REQUEST. */
export function carWish({ query, wish, entry }: Pick<Target, 'query' | 'wish' | 'entry'>): Required<Pick<ExportOptions, 'scope' | 'dups'>> & Pick<ExportOptions, 'range'> {
  const parameter = (name: string) => query.get(`car-${name}`) ?? wish.parameters.get(name)
  oneOf('car-version', parameter('version') ?? '1', ['1'])
  oneOf('car-order', parameter('order') ?? 'dfs', ['dfs', 'unk'])
  const dups = oneOf('car-dups', parameter('dups') ?? 'n', ['y', 'n']) === 'y'
  const named = oneOf('dag-scope', query.get('dag-scope') ?? 'all', scopes)
  const entityBytes = query.get('entity-bytes')
  if (entityBytes === null) return { scope: named === 'entity' && entry.kind === 'file' ? 'all' : named, dups }
  const bounds = parseEntityBytes(entityBytes)
  return { scope: 'entity', dups, range: entry.kind === 'file' ? rangeOf(bounds, entry.size!) : undefined }
}

interface Bounds {
  from: number
  /** Inclusive; undefined: the end. */
  to: number | undefined
}

/** `from:to`, counted from the end where negative; the end is `*`. */
function parseEntityBytes(text: string): Bounds {
  const [, from, to] = /^(-?\d{1,15}):(-?\d{1,15}|\*)$/.exec(text) ?? []
  if (from === undefined) throw fault('INVALID_REQUEST', { reason: 'entity-bytes must be from:to, two whole numbers or a * at the end' })
  const bounds = { from: Number(from), to: to === '*' ? undefined : Number(to) }
  if (bounds.to !== undefined && bounds.from >= 0 === bounds.to >= 0 && bounds.to < bounds.from) throw fault('INVALID_REQUEST', { reason: 'entity-bytes must not end before it begins' })
  return bounds
}

/** Within a file; where that has no byte of it, behind its end: then only the root of the file is sent. */
function rangeOf({ from, to }: Bounds, size: number): { from: number; to: number } {
  const first = from < 0 ? Math.max(0, size + from) : from
  const last = Math.min(size - 1, to === undefined ? size - 1 : to < 0 ? size + to : to)
  return first <= last ? { from: first, to: last + 1 } : { from: size, to: size }
}

function oneOf<T extends string>(name: string, value: string, values: readonly T[]): T {
  const found = values.find((known) => known === value)
  if (found === undefined) throw fault('INVALID_REQUEST', { reason: `${name} must be one of: ${values.join(', ')}` })
  return found
}
