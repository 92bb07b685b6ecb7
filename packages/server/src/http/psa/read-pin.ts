import type { PinWish } from '../../domain/pins/index.ts'
import { fault } from '../../kernel/faults.ts'

/** PSA §Pin. Unknown fields are passed over; null counts as absent. */
export function readPin(body: Record<string, unknown>): PinWish {
  const { cid, name, origins, meta } = body
  if (typeof cid !== 'string' || cid === '') throw invalid('"cid" is required and must be a string')
  return { cid, name: text('name', name), origins: texts('origins', origins), meta: textMap('meta', meta) }
}

function text(field: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw invalid(`"${field}" must be a string`)
  return value
}

function texts(field: string, value: unknown): string[] | undefined {
  if (value === undefined || value === null) return undefined
  if (!Array.isArray(value) || !value.every((item): item is string => typeof item === 'string')) throw invalid(`"${field}" must be a list of strings`)
  return value
}

export function textMap(field: string, value: unknown): Record<string, string> | undefined {
  if (value === undefined || value === null) return undefined
  const isMap = typeof value === 'object' && !Array.isArray(value) && Object.values(value).every((item) => typeof item === 'string')
  if (!isMap) throw invalid(`"${field}" must be an object with string values`)
  return value as Record<string, string>
}

function invalid(reason: string) {
  return fault('INVALID_REQUEST', { reason })
}
