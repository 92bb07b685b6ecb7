import type { Reply } from '../reply.ts'
import { allowsRange, isKnown } from './etag.ts'
import { type ByteRange, parseRange } from './range.ts'
import { type GatewayRequest, headerOf } from './request.ts'
import { textReply } from './text-reply.ts'

type Body = Uint8Array | AsyncIterable<Uint8Array>

/** Bytes of a known length under a tag that never changes. */
export interface Content {
  etag: string
  type: string
  size: number
  /** Of `to` it stops short. */
  read(from: number, to: number): Body | Promise<Body>
  /** As in a reply. */
  sent?: Reply['sent']
}

/** Conditions and ranges (RFC 9110 §13, §14). Nothing is read for HEAD. */
export async function contentReply(request: GatewayRequest, { etag, type, size, read, sent }: Content, headers: Record<string, string>): Promise<Reply> {
  if (isKnown(headerOf(request, 'if-none-match'), etag)) return notModified(etag, headers)
  const described = { ...headers, etag, 'accept-ranges': 'bytes', 'content-type': type }
  const bodyOf = ({ from, to }: ByteRange) => (request.method === 'HEAD' ? undefined : read(from, to))
  const wanted = allowsRange(headerOf(request, 'if-range'), etag) ? parseRange(headerOf(request, 'range'), size) : undefined
  if (wanted === undefined) return { status: 200, headers: { ...described, 'content-length': String(size) }, body: await bodyOf({ from: 0, to: size }), sent }
  if (wanted === 'unsatisfiable') return textReply(416, `The range lies outside of the ${size} bytes.`, { 'content-range': `bytes */${size}` })
  const { from, to } = wanted
  return {
    status: 206,
    headers: { ...described, 'content-length': String(to - from), 'content-range': `bytes ${from}-${to - 1}/${size}` },
    body: await bodyOf(wanted),
    sent,
  }
}

export function notModified(etag: string, headers: Record<string, string>): Reply {
  return { status: 304, headers: { ...headers, etag } }
}
