import { codecs } from '@thole/dag'
import { fault } from '../../kernel/faults.ts'
import type { Reply } from '../reply.ts'
import { contentReply } from './content.ts'
import { etagOf } from './etag.ts'
import { ipldPage } from './pages/ipld-page.ts'
import type { Format } from './negotiate.ts'
import { contentPolicy } from './safety.ts'
import { dispositionHeader, type Target, targetHeaders } from './target.ts'
import { notAcceptable } from './text-reply.ts'

/** The forms in which the bytes of a codec may be given, the natural one first. No conversion (IPIP-0524). */
const forms = new Map<number, readonly Format[]>([
  [codecs.dagCbor, ['dag-cbor', 'cbor']],
  [codecs.dagJson, ['dag-json', 'json']],
  [codecs.cbor, ['cbor']],
  [codecs.json, ['json']],
])

const types: Partial<Record<Format, string>> = {
  'dag-cbor': 'application/vnd.ipld.dag-cbor',
  cbor: 'application/cbor',
  'dag-json': 'application/vnd.ipld.dag-json',
  json: 'application/json',
}

/** Codecs whose values have links, and so paths, for which there is a page. */
const linked: ReadonlySet<number> = new Set([codecs.dagCbor, codecs.dagJson])

/** A block that is data rather than a file, as it stands. */
export function ipldReply(target: Target): Reply | Promise<Reply> {
  const { request, wish, entry, query, address } = target
  const { cid, bytes } = entry
  const offered = forms.get(cid.code)
  if (offered === undefined) throw fault('UNSUPPORTED_CODEC', { reason: `${cid} is neither UnixFS nor JSON or CBOR; ask for it with format=raw` })
  if (wish.html && linked.has(cid.code)) return ipldPage(target, offered)
  const wanted = offered.find((form) => form === wish.format)
  if (wanted === undefined && wish.format !== undefined && !wish.loose) return notAcceptable(wish.format)
  const form = wanted ?? offered[0]!
  const type = types[form]!
  const json = form.endsWith('json')
  const name = `${cid}.${json ? 'json' : 'cbor'}`
  const placed = json ? dispositionHeader({ ...target, query: withName(query, name) }) : dispositionHeader(target, name)
  const headers = { ...targetHeaders(target), ...placed, ...contentPolicy(type, address) }
  return contentReply(request, { etag: etagOf(cid, `.${form}`), type, size: bytes.length, read: (from, to) => bytes.subarray(from, to) }, headers)
}

function withName(query: URLSearchParams, name: string): URLSearchParams {
  const named = new URLSearchParams(query)
  if (!named.has('filename')) named.set('filename', name)
  return named
}
