import { createHash } from 'node:crypto'
import type { Names } from '../../domain/names/index.ts'
import type { Reply } from '../reply.ts'
import type { Address } from './address.ts'
import { notModified } from './content.ts'
import { disposition } from './disposition.ts'
import { isKnown } from './etag.ts'
import { openHeaders } from './headers.ts'
import { askerOf, type GatewayRequest, headerOf } from './request.ts'
import type { Root } from './root.ts'
import { textReply } from './text-reply.ts'

/** The signed record of a key, as it is, to be checked by the client. */
export async function nameRecordReply(names: Names, request: GatewayRequest, address: Address, root: Root, query: URLSearchParams): Promise<Reply> {
  if (root.kind !== 'key' || address.rest.length > 1) return textReply(400, 'Only a key (/ipns/k51…), without a path, has a record.')
  const { record, ttl } = await names.record(root.key, request.signal, askerOf(request))
  const etag = `"${createHash('sha256').update(record.bytes).digest('hex').slice(0, 32)}.ipns-record"`
  const headers = {
    ...openHeaders,
    'cache-control': recordCache(ttl),
    vary: 'Accept',
    'x-ipfs-path': `/ipns/${root.key.text}`,
    'content-disposition': disposition('attachment', query.get('filename') ?? `${root.key.text}.ipns-record`),
  }
  if (isKnown(headerOf(request, 'if-none-match'), etag)) return notModified(etag, headers)
  return { status: 200, headers: { ...headers, etag, 'content-type': 'application/vnd.ipfs.ipns-record' }, body: record.bytes }
}

/** Where the record does not say how long it may be kept: a minute (routing specification). */
function recordCache(ttl = 60_000): string {
  return `public, max-age=${Math.floor(ttl / 1000)}`
}
