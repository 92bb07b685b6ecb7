import { type Resolved, resolvePath } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { nameText, type Names } from '../../domain/names/index.ts'
import type { Retrieval } from '../../domain/retrieval/index.ts'
import { type Fault, toFault } from '../../kernel/faults.ts'
import type { Reply } from '../reply.ts'
import { noteRequest } from '../requests.ts'
import { type Address, type GatewayHosts, isGatewayHost, parseAddress, splitHost } from './address.ts'
import { carReply } from './car.ts'
import { decodePath } from './content-path.ts'
import { contentTypes } from './content-type.ts'
import { directoryReply } from './directory.ts'
import { forPeople } from './pages/error-page.ts'
import { fileReply } from './file.ts'
import { openHeaders } from './headers.ts'
import { ipldReply } from './ipld.ts'
import { leadAway } from './lead-away.ts'
import { negotiate } from './negotiate.ts'
import { rawBlockReply } from './raw-block.ts'
import { type GatewayRequest, headerOf, isOnlyIfCached } from './request.ts'
import { nameRecordReply } from './name-record.ts'
import { moveToOwnOrigin } from './own-origin.ts'
import { recently, type RecentReplyLimits, type RepeatableReply } from './recent-replies.ts'
import { createRedirects, isRedirect, withQuery } from './redirects/index.ts'
import { parseRoot, type Root } from './root.ts'
import { openSite, type Site } from './site.ts'
import { tarReply } from './tar.ts'
import type { Target } from './target.ts'
import { faultReply, redirect, textReply } from './text-reply.ts'
import { routeUri } from './uri-router.ts'

export interface GatewayConfig {
  /** Host names, without port, below which `{cid}.ipfs.` gives each root an origin of its own. Default: localhost. */
  gatewayHosts?: readonly string[]
  /** Domains that are served as sites, each where its DNSLink leads; `*.example.org` stands for all below. Default: none. */
  dnslinkHosts?: readonly string[]
  /** Host names, without port, of path gateways on which active content may run. Nothing else is served there. Default: none. */
  unsandboxedHosts?: readonly string[]
  /** URL of this server's own pages. */
  home?: string
  /** Rows of a directory's page. Default 100,000. */
  maxListed?: number
  /** Default: half a second, bodies of 16 KiB, 1000 of them. */
  recentReplies?: Partial<RecentReplyLimits>
}

export interface GatewayParts {
  retrieval: Retrieval
  names: Names
  config?: GatewayConfig
  /** Pins what was uploaded without a pin, when it is read first. Default: nothing is. */
  pinOnRead?: (root: CID) => Promise<void>
  /** Whether the public may have what is read of this root; throws where it may not. Default: it may. */
  demandFor?: (root: CID) => Promise<void> | void
  /** Told of faults that are nobody's request's: for the log. */
  report?: (fault: Fault, request: GatewayRequest) => void
}

/** The IPFS HTTP gateway over what is stored here: path and subdomain, deserialized and trustless. */
export interface Gateway {
  /** Whether host and raw path are an address of the gateway; other doors may have the rest. */
  matches(host: string, path: string): boolean
  /** Whether a host is one of the gateway's own, whatever the path. */
  isOwn(host: string): boolean
  /** Never rejects; a body that is iterated may still fail, which must cut the connection. */
  handle(request: GatewayRequest): Promise<Reply>
  /** What a client is told of a fault: of a body that failed before its first byte, or of a door that stayed shut. */
  refuse(request: GatewayRequest, fault: Fault): Reply
}

/** A request for something of a site. */
type SiteCall = Site & Pick<Target, 'request' | 'address' | 'query' | 'wish'> & { named: Root }

export function createGateway({ retrieval, names, config = {}, pinOnRead, demandFor, report }: GatewayParts): Gateway {
  const { gatewayHosts = ['localhost'], dnslinkHosts = [], unsandboxedHosts = [], home, maxListed = 100_000, recentReplies } = config
  const lower = (list: readonly string[]) => list.map((host) => host.toLowerCase())
  const hosts: GatewayHosts = { parents: lower(gatewayHosts), sites: lower(dnslinkHosts) }
  const unsandboxed = new Set(lower(unsandboxedHosts))
  const isUnsandboxed = (host: string) => unsandboxed.size > 0 && unsandboxed.has(splitHost(host).name.toLowerCase())
  const redirects = createRedirects(retrieval)
  const types = contentTypes(retrieval)
  const give = recently(answer, { maxAge: 500, maxBody: 16 << 10, maxReplies: 1000, ...recentReplies })

  function addressOf({ host, path, mount }: GatewayRequest): Address | undefined {
    const found = parseAddress(host, path, hosts)
    if (found === undefined) return undefined
    if (mount) return { ...found, mount: mount.leads ? undefined : mount.prefix, parent: undefined }
    if (found.style === 'path' && isUnsandboxed(host)) return { ...found, unsandboxed: true, home }
    return found.style === 'dnslink' ? { ...found, home } : found
  }

  async function answer(request: GatewayRequest): Promise<RepeatableReply> {
    const { method } = request
    if (method === 'OPTIONS') return { status: 200, headers: { ...openHeaders } }
    if (method !== 'GET' && method !== 'HEAD') return textReply(405, `${method} is not possible here.`, { allow: 'GET, HEAD, OPTIONS' })
    const asked = addressOf(request)
    if (asked === undefined) return textReply(404, 'There is no gateway at this address.')
    const routed = routeUri(request, asked)
    if (routed !== undefined) return routed
    const root = parseRoot(asked)
    const moved = moveToOwnOrigin(request, asked, root)
    if (moved !== undefined) return moved
    // A worker would outlive the page and answer for every other root on this origin.
    if (asked.style === 'path' && headerOf(request, 'service-worker') === 'script') {
      return textReply(400, 'A service worker cannot be registered on a path gateway; use the subdomain of the CID.')
    }
    const address = root.kind === 'content' ? asked : { ...asked, id: nameText(root) }
    const query = new URLSearchParams(request.query)
    const wish = negotiate(query, headerOf(request, 'accept'))
    if (wish.format === 'ipns-record' && root.kind !== 'content') return nameRecordReply(names, request, address, root, query)
    const path = decodePath(address.rest)
    const call: SiteCall = { request, address, query, wish, named: root, ...(await openSite(names, root, path, request)) }
    return serve(call, path).catch((error: unknown) => instead(call, toFault(error)))
  }

  /** `asked`: decoded path of the address. */
  async function serve(call: SiteCall, asked: readonly string[]): Promise<RepeatableReply> {
    const { request, wish, root, prefix } = call
    const { signal } = request
    const path = [...prefix, ...asked]
    const read: CID[] = []
    const source = wish.format === 'car' ? noting(read) : retrieval
    const open = wish.format === 'car' ? undefined : retrieval.open
    // First: what is blocked is not even looked for.
    noteRequest({ root })
    const { unpinned } = await retrieval.assertServed(root, path)
    if (request.mount?.account === undefined) await demandFor?.(root)
    if (isOnlyIfCached(request)) await retrieval.size(root)
    const found = await resolvePath(source, root, path, { signal, open })
    const reply = request.mount?.leads ? leadAway(request, root, hosts) : await represent({ ...call, names: asked, path, cids: found.cids, entry: found.entry }, found, read)
    if (request.method !== 'GET' || !isVisit(reply)) return reply
    if (unpinned) await pinOnRead?.(root)
    reply.ended = (bytes) => retrieval.visit(root, { bytes: reply.status === 302 ? 0 : bytes, account: request.mount?.account })
    // What a name leads to may change, and an upload that was not pinned yet is pinned now.
    return call.address.namespace === 'ipfs' && !unpinned ? { ...reply, again: () => serveAgain(root, path) } : reply
  }

  async function serveAgain(root: CID, path: readonly string[]): Promise<void> {
    noteRequest({ root })
    await retrieval.assertServed(root, path)
    await demandFor?.(root)
  }

  /** What a site says of a path that is not there, where it has an origin of its own to say so in. */
  async function instead(call: SiteCall, why: Fault): Promise<Reply> {
    const { request, address, wish, named, root, prefix, cacheControl } = call
    const isMissing = why.code === 'NOT_FOUND' && why.data.what === undefined
    const match = isMissing && wish.loose && address.style !== 'path' ? await redirects.find(root, prefix, address.rest, request.signal) : undefined
    if (match === undefined) throw why
    const { rule, to } = match
    if (isRedirect(rule)) return redirect(withQuery(to, request.query), { ...(cacheControl && { 'cache-control': cacheControl }) }, rule.status)
    const page = to.replace(/[?#].*$/s, '')
    const path = decodePath(page)
    // Once more: what a denylist has against this page of a name counts too.
    const site = await openSite(names, named, path, request)
    const reply = await serve({ ...call, ...site, address: { ...address, rest: page }, request: rule.status === 200 ? request : unconditional(request) }, path)
    return reply.status === 200 ? { ...reply, status: rule.status } : reply
  }

  async function represent(target: Target, { remainder }: Resolved, read: readonly CID[]): Promise<Reply> {
    const { wish, entry, path } = target
    if (remainder.length > 0) return textReply(501, `"${remainder.join('/')}" lies inside of the block ${entry.cid}; only whole blocks are given.`)
    if (wish.format === 'raw') return rawBlockReply(target)
    if (wish.format === 'car') return carReply(retrieval.car, target, read)
    if (wish.format === 'ipns-record') return textReply(400, 'Only names (/ipns/) have records.')
    if (wish.format === 'tar') return tarReply(retrieval.tar, target)
    if (entry.kind === 'directory') return directoryReply(retrieval, types, target, maxListed)
    if (entry.kind === 'ipld') return ipldReply(target)
    return fileReply(retrieval, types, target, { entry, name: path.at(-1) ?? '', tag: entry.cid })
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
    matches: (host, path) => isUnsandboxed(host) || parseAddress(host, path, hosts) !== undefined,
    isOwn: (host) => isGatewayHost(host, hosts),
    refuse,
    async handle(request) {
      const reply = await give(request).then((given) => (given.status < 400 ? given : forPeople(given, { request, address: addressOf(request) })), (error: unknown) => {
        const found = toFault(error)
        if (found.code === 'INTERNAL') report?.(found, request)
        return refuse(request, found)
      })
      return request.method === 'HEAD' ? { status: reply.status, headers: reply.headers } : reply
    },
  }

  function refuse(request: GatewayRequest, fault: Fault): Reply {
    const isElsewhere = fault.code === 'NAME_NOT_RESOLVED' || (fault.code === 'NOT_FOUND' && fault.data.what !== undefined)
    if (isElsewhere && isOnlyIfCached(request)) return textReply(412, fault.message)
    return forPeople(faultReply(fault), { request, address: addressOf(request), fault })
  }
}

/** It gives content away, or leads to where that is. */
function isVisit({ status }: Reply): boolean {
  return status === 200 || status === 206 || status === 302
}

/** A page that stands for what is missing is sent whole, whatever the client knows of what is there. */
function unconditional(request: GatewayRequest): GatewayRequest {
  const { 'if-none-match': _, 'if-range': __, range: ___, ...headers } = request.headers
  return { ...request, headers }
}
