import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { type Fault, fault, toFault } from '../../kernel/faults.ts'
import type { Log } from '../../ports/log.ts'
import { sendReply } from '../reply.ts'
import { createGateway, type Gateway, type GatewayParts } from './gateway.ts'
import { faultReply } from './text-reply.ts'

export interface ServedGateway extends Omit<GatewayParts, 'report'> {
  log: Log
}

/** The gateway on Node's own requests and responses. What it returns answers false where the request is not its business. */
export function serveGateway({ log, ...parts }: ServedGateway): (incoming: IncomingMessage, outgoing: ServerResponse) => boolean {
  const report = (found: Fault, path: string) => {
    log.error({ path, incident: found.data.incident, error: found.cause ?? found }, 'the gateway failed')
  }
  const gateway = createGateway({ ...parts, report: (found, request) => report(found, request.path) })

  return (incoming, outgoing) => {
    const { host = '' } = incoming.headers
    const [path, query] = splitUrl(incoming.url ?? '/')
    if (!gateway.matches(host, path)) return false
    serve(gateway, incoming, outgoing, { host, path, query }).catch((error: unknown) => {
      const found = toFault(error)
      if (found.code === 'ABORTED') return
      if (found.code === 'INTERNAL') report(found, path)
      else log.warn({ path, code: found.code, error: found.message }, 'content broke off')
      if (!outgoing.headersSent) answerFault(outgoing, found)
    })
    return true
  }
}

async function serve(gateway: Gateway, incoming: IncomingMessage, outgoing: ServerResponse, url: { host: string; path: string; query: string }): Promise<void> {
  const gone = new AbortController()
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) gone.abort(fault('ABORTED'))
  })
  const { method = 'GET', headers, socket } = incoming
  const secure = (socket as TLSSocket).encrypted === true
  const reply = await gateway.handle({ ...url, method, headers, secure, signal: gone.signal })
  await sendReply(outgoing, reply, { head: method === 'HEAD', signal: gone.signal })
}

function answerFault(outgoing: ServerResponse, found: Fault): void {
  const { status, headers, body } = faultReply(found)
  outgoing.writeHead(status, headers).end(body)
}

function splitUrl(url: string): [path: string, query: string] {
  const at = url.indexOf('?')
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)]
}
