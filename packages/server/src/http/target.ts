import type { IncomingMessage } from 'node:http'
import { isIPv6, type BlockList, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { isTunnel } from './tunnelled.ts'

/** What a request asks for, by its target, its Host and what a trusted proxy in front says of both. */
export interface RequestTarget {
  /** As in the Host header, port included. */
  host: string
  /** From the first slash on, percent-encoded throughout, without the query. */
  path: string
  /** What follows the question mark; empty where there is none. */
  query: string
  /** The client came over TLS, to us or to the proxy in front. */
  secure: boolean
  /** The whole URL was sent, as one does to a proxy (RFC 9112 §3.2.2). */
  proxied: boolean
}

/** `proxies`: whose `X-Forwarded-Host` and `X-Forwarded-Proto` are believed. */
export function readTarget({ url = '/', headers, socket }: IncomingMessage, proxies: BlockList): RequestTarget {
  const [, authority, rest = url] = /^https?:\/\/([^/?#]*)([^#]*)/i.exec(url) ?? []
  const at = rest.indexOf('?')
  const forwarded = [first(headers['x-forwarded-host']), first(headers['x-forwarded-proto'])]
  const [forwardedHost = '', proto = ''] = forwarded.some((text) => text !== '') && isTrusted(socket, proxies) ? forwarded : []
  return {
    host: authority ?? (forwardedHost || (headers.host ?? '')),
    path: rooted(escape(at < 0 ? rest : rest.slice(0, at))),
    query: at < 0 ? '' : escape(rest.slice(at + 1)),
    secure: proto === '' ? (socket as TLSSocket).encrypted === true : proto.toLowerCase() === 'https',
    proxied: authority !== undefined,
  }
}

/** Whether a host (port included) is the very address at which this connection came in. */
export function isOwnAddress(host: string, { localAddress = '', localPort }: Socket): boolean {
  const [, name = '', port = '80'] = /^(.*?)(?::(\d+))?$/.exec(host) ?? []
  return Number(port) === localPort && (name === 'localhost' || plain(name.replace(/^\[(.+)\]$/, '$1')) === plain(localAddress))
}

/** Whether what came over this connection was written by a proxy whose word counts. */
export function isTrusted(socket: Socket, proxies: BlockList): boolean {
  const address = plain(socket.remoteAddress ?? '')
  return address !== '' && !isTunnel(socket) && proxies.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

/** An IPv4 address that an IPv6 socket shows. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}

/** Proxies append what they were told by others; the first is what the client asked. */
function first(header: string | string[] | undefined): string {
  return (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',', 1)[0]!.trim()
}

/** An authority may stand alone; and some targets are no path (`*`, `ftp://…`), which none may be taken for that goes behind a host. */
function rooted(path: string): string {
  return path.startsWith('/') ? path : `/${path}`
}

/** Node gives bytes that are no ASCII as they came, one character each. */
function escape(text: string): string {
  return /[^\x21-\x7e]/.test(text) ? text.replace(/[^\x21-\x7e]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`) : text
}
