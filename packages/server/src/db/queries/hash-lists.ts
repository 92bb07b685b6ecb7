import { type RawBuilder, sql } from 'kysely'
import type { Kind } from '../session.ts'

/** Lists of multihashes as one parameter, so that a statement has one text whatever their number. */
export function hashIn(kind: Kind, hashes: readonly Uint8Array[]): RawBuilder<boolean> {
  if (kind === 'postgres') return sql<boolean>`hash = any(${hashes.map(asBuffer)}::bytea[])`
  return sql<boolean>`hash in (select unhex(value) from json_each(${JSON.stringify(hashes.map(hex))}))`
}

/** A table of (hash, position, bytes or segment), to select from. */
export function placeList(kind: Kind, rows: readonly { hash: Uint8Array; position: number; third: number | string }[]): RawBuilder<unknown> {
  if (kind === 'postgres') {
    const third = sql.raw(typeof rows[0]?.third === 'string' ? 'text[]' : 'bigint[]')
    const columns = [rows.map(({ hash }) => asBuffer(hash)), rows.map(({ position }) => position), rows.map((row) => row.third)] as const
    return sql`unnest(${columns[0]}::bytea[], ${columns[1]}::bigint[], ${columns[2]}::${third}) as given (hash, position, third)`
  }
  const list = JSON.stringify(rows.map(({ hash, position, third }) => [hex(hash), position, third]))
  return sql`(select unhex(value ->> 0) as hash, value ->> 1 as position, value ->> 2 as third from json_each(${list})) as given`
}

function hex(hash: Uint8Array): string {
  return asBuffer(hash).toString('hex')
}

/** `pg` sends Buffers as bytes, other arrays as text. */
export function asBuffer({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length)
}
