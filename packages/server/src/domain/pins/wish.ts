import { assertStorable, canonicalCid, parseCid } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { fault } from '../../kernel/faults.ts'
import { checkName } from '../../kernel/names.ts'

/** What a client asks for. */
export interface PinWish {
  cid: string
  name?: string
  /** Where the bytes may be. Any text: what cannot be used is skipped and named in the reason. */
  origins?: readonly string[]
  meta?: Readonly<Record<string, string>>
}

export interface CheckedWish {
  cid: string
  root: CID
  dag: string
  name?: string
  origins: string[]
  meta?: Record<string, string>
}

const maxMeta = 1000
const maxMetaText = 4096
/** Of all entries: a page of a list has a thousand requests. */
const maxMetaWhole = 64 * 1024
const maxOrigins = 100
const maxOriginText = 1024

/** PSA §Pin: limits of a pin object. Origins are hints: too long a list is cut, and what no address has in it is dropped, never refused. */
export function checkWish(wish: PinWish): CheckedWish {
  const root = parseCid(wish.cid)
  assertStorable(root)
  checkName(wish.name)
  const meta = wish.meta && Object.entries(wish.meta)
  if (meta && meta.length > maxMeta) throw fault('INVALID_REQUEST', { reason: `meta has more than ${maxMeta} entries` })
  if (meta?.some(([key, value]) => key.length + value.length > maxMetaText)) throw fault('INVALID_REQUEST', { reason: `an entry of meta is longer than ${maxMetaText} characters` })
  if (meta && meta.reduce((sum, [key, value]) => sum + key.length + value.length, 0) > maxMetaWhole) throw fault('INVALID_REQUEST', { reason: `meta has more than ${maxMetaWhole} characters` })
  const origins = [...new Set(wish.origins)].filter(isReadable).slice(0, maxOrigins)
  return { cid: wish.cid, root, dag: canonicalCid(root), name: wish.name, origins, meta: meta && Object.fromEntries(meta) }
}

/** Reasons tell people of origins, so they have to be text that a page and a database can hold. */
function isReadable(origin: string): boolean {
  return origin.length <= maxOriginText && !/[\p{Cc}\p{Cs}]/u.test(origin)
}
