import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import type { LookupFunction } from 'node:net'
import { isReserved } from '../../addresses.ts'
import { limits } from '../limits.ts'
import { resolve } from '../resolve.ts'
import { HttpFailure } from './failure.ts'

export interface HttpAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: IncomingMessage
}

/** Connections to one server, and to where it redirects. */
export interface HttpClient {
  /** Resolves with the head of the answer. @throws HttpFailure, or what the socket says */
  get(url: URL, options: { accept: string; signal: AbortSignal; /** Whether a redirect may lead there. */ mayFollow?(target: URL): boolean }): Promise<HttpAnswer>
  close(): void
}

export interface HttpClientOptions {
  /** Host that may be at a private address, since the operator named it. */
  trusted?: string
  dialPrivate: boolean
  sockets: number
}

/**
 * Follows a few redirects, each to an address that is judged again. Names are looked up once for each connection,
 * and the connection goes to what was judged.
 */
export function httpClient({ trusted, dialPrivate, sockets }: HttpClientOptions): HttpClient {
  const options = { keepAlive: true, maxSockets: sockets, maxFreeSockets: sockets, timeout: limits.idleConnection }
  const agents = { http: new HttpAgent(options), https: new HttpsAgent(options) }
  const mayBePrivate = (host: string) => dialPrivate || host === trusted

  const lookup: LookupFunction = (host, { all }, callback) => {
    resolve(host, { dialPrivate: mayBePrivate(host) }).then(
      (found) => {
        const addresses = found.map((address) => ({ address, family: isIP(address) }))
        if (all === true) callback(null, addresses)
        else callback(null, addresses[0]!.address, addresses[0]!.family)
      },
      (error: Error) => callback(error, ''),
    )
  }

  function once(url: URL, accept: string, signal: AbortSignal): Promise<HttpAnswer> {
    const secure = url.protocol === 'https:'
    const settings: RequestOptions = {
      agent: secure ? agents.https : agents.http,
      lookup,
      signal,
      auth: url.username ? `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}` : undefined,
      headers: { accept, 'user-agent': 'thole', 'accept-encoding': 'identity' },
    }
    return new Promise((done, fail) => {
      const late = setTimeout(() => request.destroy(new HttpFailure('no answer in time')), limits.httpAnswer)
      const request = (secure ? httpsRequest : httpRequest)(url, settings, (body) => {
        clearTimeout(late)
        body.on('error', () => {}) // heard by who reads it, if anybody still does
        done({ status: body.statusCode ?? 0, headers: body.headers, body })
      })
      request.on('error', (error) => {
        clearTimeout(late)
        fail(error)
      })
      request.end()
    })
  }

  /** Whoever redirects us chooses the port: no services of others are knocked at, nor those beside one that the operator named. */
  function judge(next: URL, from: URL): void {
    if (!dialPrivate && isReserved(Number(next.port || 80))) throw new HttpFailure(`it redirects to port ${next.port}, which is not dialled`)
    if (!dialPrivate && next.hostname === trusted && next.host !== from.host) throw new HttpFailure('it redirects to another service of its host')
  }

  return {
    async get(url, { accept, signal, mayFollow = () => true }) {
      let next = url
      for (let hops = 0; ; hops++) {
        // A literal address is never looked up.
        const host = next.hostname.replace(/^\[|\]$/g, '')
        if (isIP(host) !== 0) await resolve(host, { dialPrivate: mayBePrivate(next.hostname) })
        const answer = await once(next, accept, signal)
        const { location } = answer.headers
        if (answer.status < 300 || answer.status > 399 || location === undefined) return answer
        answer.body.destroy()
        if (hops === limits.httpRedirects) throw new HttpFailure('it redirects too often')
        next = target(location, next)
        judge(next, url)
        if (!mayFollow(next)) throw new HttpFailure('it redirects to something else')
      }
    },
    close() {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}

/** Where a redirect leads. Credentials stay with the host that they are for. */
function target(location: string, from: URL): URL {
  if (!URL.canParse(location, from)) throw new HttpFailure('it redirects to something that is no URL')
  const url = new URL(location, from)
  if (url.protocol !== 'https:' && url.protocol !== from.protocol) throw new HttpFailure('it redirects away from HTTP or to an unsafe connection')
  url.username = url.host === from.host ? from.username : ''
  url.password = url.host === from.host ? from.password : ''
  return url
}
