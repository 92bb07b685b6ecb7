import { CID } from 'multiformats/cid'
import type { Link } from '../types.ts'

/** Makes a link for a value of `putObject`. */
export function link(cid: string): Link {
  return { '/': cid }
}

/** A map with the one key `/`, whose value is text: as dag-json writes a link. */
export function isLink(value: object): value is Link {
  return '/' in value && typeof value['/'] === 'string' && Object.keys(value).length === 1
}

/** A decoded value with links as `{ '/': cid }`. */
export function toPlain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  if (value instanceof CID) return link(value.toString())
  if (Array.isArray(value)) return value.map(toPlain)
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, toPlain(child)]))
}
