import { createHash } from 'node:crypto'
import type { BlockSource } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { type ExportOptions, exportCar } from '../../domain/retrieval/index.ts'
import { fault } from '../../kernel/faults.ts'
import type { Reply } from '../reply.ts'
import { notModified } from './content.ts'
import { isKnown } from './etag.ts'
import { headerOf } from './request.ts'
import { contentPolicy } from './safety.ts'
import { dispositionHeader, type Target, targetHeaders } from './target.ts'
import { textReply } from './text-reply.ts'

/** A DAG as CARv1: the blocks of the path, then those of its end. `read` are all blocks that finding it took. */
export function carReply(source: BlockSource, target: Target, read: readonly CID[]): Reply {
  const { request, root, entry, names, address } = target
  const { scope, dups } = carParameters(target)
  if (scope === 'entity' && entry.kind === 'directory') return textReply(501, 'dag-scope=entity of a directory is not offered here yet.')
  const type = `application/vnd.ipld.car; version=1; order=dfs; dups=${dups ? 'y' : 'n'}`
  const etag = carTag(root, names, scope, dups)
  const headers = { ...targetHeaders(target), ...dispositionHeader(target, `${root}.car`), ...contentPolicy(type, address.style) }
  if (isKnown(headerOf(request, 'if-none-match'), etag)) return notModified(etag, headers)
  const options: ExportOptions = {
    root,
    path: names.length === 0 ? [] : read.filter((cid) => !cid.equals(entry.cid)),
    from: entry.cid,
    scope: scope === 'block' || (scope === 'entity' && entry.kind === 'ipld') ? 'block' : 'all',
    dups,
    signal: request.signal,
  }
  return { status: 200, headers: { ...headers, etag, 'accept-ranges': 'none', 'content-type': type }, body: exportCar(source, options) }
}

const scopes = ['block', 'entity', 'all'] as const

/** IPIP-0402 and IPIP-0412; the query wins over the parameters of the media type. Fault INVALID_REQUEST. */
function carParameters({ query, wish }: Target): { scope: (typeof scopes)[number]; dups: boolean } {
  const parameter = (name: string) => query.get(`car-${name}`) ?? wish.parameters.get(name)
  oneOf('car-version', parameter('version') ?? '1', ['1'])
  oneOf('car-order', parameter('order') ?? 'dfs', ['dfs', 'unk'])
  if (query.has('entity-bytes')) throw fault('INVALID_REQUEST', { reason: 'entity-bytes is not offered here yet' })
  return {
    scope: oneOf('dag-scope', query.get('dag-scope') ?? 'all', scopes),
    dups: oneOf('car-dups', parameter('dups') ?? 'n', ['y', 'n']) === 'y',
  }
}

function oneOf<T extends string>(name: string, value: string, values: readonly T[]): T {
  const found = values.find((known) => known === value)
  if (found === undefined) throw fault('INVALID_REQUEST', { reason: `${name} must be one of: ${values.join(', ')}` })
  return found
}

/** Depth-first order makes the bytes a function of these four. */
function carTag(root: CID, names: readonly string[], scope: string, dups: boolean): string {
  const variant = createHash('sha256').update(JSON.stringify([names, scope, dups])).digest('hex').slice(0, 16)
  return `"${root}.car.${variant}"`
}
