import { type Resolved, resolvePath } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import type { Retrieval } from '../../domain/retrieval/index.ts'
import { type Fault, toFault } from '../../kernel/faults.ts'
import type { Reply } from '../reply.ts'
import { parseAddress } from './address.ts'
import { carReply } from './car.ts'
import { decodePath, decodeSegment } from './content-path.ts'
import { contentTypes } from './content-type.ts'
import { directoryReply } from './directory.ts'
import { fileReply } from './file.ts'
import { openHeaders } from './headers.ts'
import { ipldReply } from './ipld.ts'
import { negotiate } from './negotiate.ts'
import { rawBlockReply } from './raw-block.ts'
import { type GatewayRequest, headerOf } from './request.ts'
import { moveToOwnOrigin, parseRoot } from './root.ts'
import type { Target } from './target.ts'
import { faultReply, textReply } from './text-reply.ts'

export interface GatewayConfig {
  /** Host names, without port, below which `{cid}.ipfs.` gives each root an origin of its own. Default: localhost. */
  gatewayHosts?: readonly string[]
  /** Rows of a directory's page. Default 100,000. */
  maxListed?: number
}

export interface GatewayParts {
  retrieval: Retrieval
  config?: GatewayConfig
  /** Told of faults that are nobody's request's: for the log. */
  report?: (fault: Fault, request: GatewayRequest) => void
}

/** The IPFS HTTP gateway over what is stored here: path and subdomain, deserialized and trustless. */
export interface Gateway {
  /** Whether host and raw path are an address of the gateway; other doors may have the rest. */
  matches(host: string, path: string): boolean
  /** Never rejects; a body that is iterated may still fail, which must cut the connection. */
  handle(request: GatewayRequest): Promise<Reply>
}

export function createGateway({ retrieval, config = {}, report }: GatewayParts): Gateway {
  const { gatewayHosts = ['localhost'], maxListed = 100_000 } = config
  const hosts = gatewayHosts.map((host) => host.toLowerCase())
  const types = contentTypes(retrieval)

  async function answer(request: GatewayRequest): Promise<Reply> {
    const { method, host, path, signal } = request
    if (method === 'OPTIONS') return { status: 200, headers: { ...openHeaders } }
    if (method !== 'GET' && method !== 'HEAD') return textReply(405, `${method} is not possible here.`, { allow: 'GET, HEAD, OPTIONS' })
    const address = parseAddress(host, path, hosts)
    if (address === undefined) return textReply(404, 'There is no gateway at this address.')
    if (address.namespace === 'ipns') return textReply(501, 'Names (/ipns/) are not resolved here yet; ask for the CID under /ipfs/.')
    const root = parseRoot({ ...address, id: decodeSegment(address.id) })
    const names = decodePath(address.rest)
    const moved = moveToOwnOrigin(request, address, root)
    if (moved !== undefined) return moved
    // A worker would outlive the page and answer for every other root on this origin.
    if (address.style === 'path' && headerOf(request, 'service-worker') === 'script') {
      return textReply(400, 'A service worker cannot be registered on a path gateway; use the subdomain of the CID.')
    }
    const query = new URLSearchParams(request.query)
    const wish = negotiate(query, headerOf(request, 'accept'))
    const read: CID[] = []
    const source = wish.format === 'car' ? noting(read) : retrieval
    // First: what is blocked is not even looked for.
    await retrieval.assertServed(root, names)
    const found = await resolvePath(source, root, names, { signal })
    const reply = await represent({ request, address, query, wish, root, names, cids: found.cids, entry: found.entry }, found, read)
    if (method === 'GET' && (reply.status === 200 || reply.status === 206)) retrieval.visit(root)
    return reply
  }

  async function represent(target: Target, { remainder }: Resolved, read: readonly CID[]): Promise<Reply> {
    const { wish, entry, names } = target
    if (remainder.length > 0) return textReply(501, `"${remainder.join('/')}" lies inside of the block ${entry.cid}; only whole blocks are given.`)
    if (wish.format === 'raw') return rawBlockReply(target)
    if (wish.format === 'car') return carReply(retrieval, target, read)
    if (wish.format === 'ipns-record') return textReply(400, 'Only names (/ipns/) have records.')
    if (wish.format === 'tar' && !wish.loose) return textReply(501, 'TAR archives are not offered here yet; ask for format=car.')
    if (entry.kind === 'directory') return directoryReply(retrieval, types, target, maxListed)
    if (entry.kind === 'ipld') return ipldReply(target)
    return fileReply(retrieval, types, target, { entry, name: names.at(-1) ?? '', tag: entry.cid })
  }

  /** The blocks that finding a path takes are part of what proves it. */
  function noting(read: CID[]) {
    return {
      get(cid: CID, options?: { signal?: AbortSignal }) {
        read.push(cid)
        return retrieval.get(cid, options)
      },
    }
  }

  return {
    matches: (host, path) => parseAddress(host, path, hosts) !== undefined,
    async handle(request) {
      const reply = await answer(request).catch((error: unknown) => refuse(request, toFault(error)))
      return request.method === 'HEAD' ? { status: reply.status, headers: reply.headers } : reply
    },
  }

  function refuse(request: GatewayRequest, fault: Fault): Reply {
    if (fault.code === 'INTERNAL') report?.(fault, request)
    // RFC 9111 §5.2.1.7: what is not here is not looked for elsewhere.
    const onlyIfCached = /(^|,)\s*only-if-cached\s*(,|$)/i.test(headerOf(request, 'cache-control'))
    if (onlyIfCached && fault.code === 'NOT_FOUND' && fault.data.what !== undefined) return textReply(412, fault.message)
    return faultReply(fault)
  }
}
