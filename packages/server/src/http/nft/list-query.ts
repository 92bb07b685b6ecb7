import { fault } from '../../kernel/faults.ts'
import { readInstant } from '../psa/instant.ts'

const mostRows = 1000

/** `before`: created earlier than then, newest first; `limit`: 1 to 1000, default 10. Fault INVALID_REQUEST. */
export function readListQuery(query: URLSearchParams): { before?: number; limit: number } {
  const [before, limit] = [query.get('before'), query.get('limit')]
  return { before: before ? instant(before) : undefined, limit: limit ? rows(limit) : 10 }
}

function instant(text: string): number {
  const found = readInstant(text)
  if (found === undefined) throw fault('INVALID_REQUEST', { reason: '"before" must be a date and time like 2021-07-14T19:27:14.934Z' })
  return found.finer ? found.ms + 1 : found.ms
}

function rows(text: string): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : 0
  if (number < 1 || number > mostRows) throw fault('INVALID_REQUEST', { reason: `"limit" must be a number from 1 to ${mostRows}` })
  return number
}
