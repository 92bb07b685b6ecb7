import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { Socket } from 'node:net'
import { isOwnAddress } from './target.ts'
import { isTunnel, markTunnel } from './tunnelled.ts'

/**
 * CONNECT (RFC 9110 §9.3.6), as a gateway answers it that is used as a proxy: what a client sends through the tunnel goes to this very
 * server, by its own rules and limits. No connection is opened to anybody. `isOwn`: whether a host, port included, is one of the gateway's.
 */
export function answerTunnels(server: Server, isOwn: (host: string) => boolean): void {
  const lastAnswers = new WeakMap<Duplex, ServerResponse>()

  server.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => lastAnswers.set(incoming.socket, outgoing))

  server.on('connect', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { url = '' } = incoming
    socket.on('error', () => socket.destroy())
    // Whatever was said now would be taken for the answer to what was asked before.
    if (lastAnswers.get(socket)?.writableFinished === false) socket.destroy()
    else if (!(socket instanceof Socket) || isTunnel(socket)) refuse(socket, 400, 'Bad Request', 'There is a tunnel here already.')
    else if (!isOwn(url) && !isOwnAddress(url, socket)) refuse(socket, 421, 'Misdirected Request', notOurs)
    else {
      markTunnel(socket)
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      if (head.length > 0) socket.unshift(head)
      server.emit('connection', socket)
    }
  })
}

/** Told to those who take us for a proxy to elsewhere. */
export const notOurs = 'This gateway answers for its own hosts alone; it is no proxy to others.'

function refuse(socket: Duplex, status: number, reason: string, words: string): void {
  const body = `${words}\n`
  socket.end(`HTTP/1.1 ${status} ${reason}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`)
}
