import type { MovedRow } from '../../ports/db/index.ts'

/** A row as a line of JSON; bytes as DAG-JSON writes them: {"/":{"bytes":"…"}}, base64 without padding. */
export function rowToLine(row: MovedRow): string {
  const plain = Object.entries(row).map(([column, value]) => [column, value instanceof Uint8Array ? { '/': { bytes: Buffer.from(value).toString('base64').replace(/=+$/, '') } } : value])
  return `${JSON.stringify(Object.fromEntries(plain))}\n`
}

/** @throws SyntaxError */
export function lineToRow(line: string): MovedRow {
  const row: unknown = JSON.parse(line)
  if (typeof row !== 'object' || row === null || Array.isArray(row)) throw new SyntaxError('a line is not a row')
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, toValue(value)]))
}

function toValue(value: unknown): MovedRow[string] {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value
  const bytes = typeof value === 'object' && '/' in value && typeof value['/'] === 'object' && value['/'] !== null && 'bytes' in value['/'] ? value['/'].bytes : undefined
  if (typeof bytes !== 'string') throw new SyntaxError('a value is neither text, number, null nor bytes')
  return Buffer.from(bytes, 'base64')
}
