import type { IncomingMessage, ServerResponse } from 'node:http'
import { BlockList } from 'node:net'
import { type Fault, fault, toFault } from '../../kernel/faults.ts'
import type { Log } from '../../ports/log.ts'
import { type Reply, sendReply } from '../reply.ts'
import { clientAddress, clientNetwork } from '../limits/client-address.ts'
import { isOwnAddress, readTarget } from '../target.ts'
import { notOurs } from '../tunnel.ts'
import { createGateway, type Gateway, type GatewayParts } from './gateway.ts'
import type { GatewayRequest, Mount } from './request.ts'
import { textReply } from './text-reply.ts'

export interface ServedGateway extends Omit<GatewayParts, 'report'> {
  log: Log
  /** Whose `X-Forwarded-Host` and `X-Forwarded-Proto` are believed. Default: nobody's. */
  proxies?: BlockList
}

export interface ServeGateway {
  /** Answers on Node's own requests and responses; false: the request is not its business. Behind a door of its own, paths begin with that. */
  (incoming: IncomingMessage, outgoing: ServerResponse, mount?: Mount): boolean
  /** Tells why a door of the gateway stays shut: as a page to browsers, in words to programs. */
  refuse(incoming: IncomingMessage, outgoing: ServerResponse, fault: Fault): void
  /** Whether a host, port included, is one of the gateway's own, whatever the path. */
  isOwn(host: string): boolean
}

export function serveGateway({ log, proxies = new BlockList(), ...parts }: ServedGateway): ServeGateway {
  const report = (found: Fault, path: string) => {
    log.error({ path, incident: found.data.incident, error: found.cause ?? found }, 'the gateway failed')
  }
  const gateway = createGateway({ ...parts, report: (found, request) => report(found, request.path) })

  const answer = (incoming: IncomingMessage, outgoing: ServerResponse, mount?: Mount) => {
    const { proxied, ...target } = readTarget(incoming, proxies)
    if (proxied && !gateway.isOwn(target.host) && !isOwnAddress(target.host, incoming.socket)) {
      answerText(outgoing, textReply(421, notOurs))
      return true
    }
    const path = mount ? pathBehind(mount, target.path) : target.path
    if (path === undefined || !gateway.matches(target.host, path)) return false
    serve(gateway, incoming, outgoing, { ...target, path, mount, client: () => clientNetwork(clientAddress(incoming, proxies)) }).catch((error: unknown) => {
      const found = toFault(error)
      if (found.code === 'ABORTED') return
      if (found.code === 'INTERNAL') report(found, path)
      else log.warn({ path, code: found.code, error: found.message }, 'content broke off')
    })
    return true
  }
  const refuse = (incoming: IncomingMessage, outgoing: ServerResponse, found: Fault) => {
    const { method = 'GET', headers } = incoming
    const request = { ...readTarget(incoming, proxies), method, headers, signal: new AbortController().signal }
    const { status, headers: own, body } = gateway.refuse(request, found)
    outgoing.writeHead(status, own).end(method === 'HEAD' ? undefined : body)
  }
  return Object.assign(answer, { refuse, isOwn: gateway.isOwn })
}

async function serve(gateway: Gateway, incoming: IncomingMessage, outgoing: ServerResponse, target: Pick<GatewayRequest, 'host' | 'path' | 'query' | 'secure' | 'client' | 'mount'>): Promise<void> {
  const gone = new AbortController()
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) gone.abort(fault('ABORTED'))
  })
  const { method = 'GET', headers } = incoming
  const { signal } = gone
  const request = { ...target, method, headers, signal }
  const options = { head: method === 'HEAD', signal }
  const reply = await gateway.handle(request)
  try {
    await sendReply(outgoing, reply, options)
  } catch (error) {
    if (!outgoing.headersSent && !outgoing.destroyed) await sendReply(outgoing, gateway.refuse(request, toFault(error)), options)
    throw error
  }
}

function answerText(outgoing: ServerResponse, { status, headers, body }: Reply): void {
  outgoing.writeHead(status, headers).end(body)
}

function pathBehind({ prefix, leads }: Mount, path: string): string | undefined {
  if (!path.startsWith(`${prefix}/`)) return undefined
  return (leads ? '/ipfs' : '') + path.slice(prefix.length)
}
