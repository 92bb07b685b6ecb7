import { on, once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, OnReadOpts, Socket } from 'node:net'

export interface PipePair {
  ours: Socket
  /** To be handed to another process, and destroyed here then. */
  theirs: Socket
}

/**
 * Two ends of a pipe. It is a connection within the machine, since the system keeps some megabytes under way in
 * one of these: a process that reads the network goes on while the other writes to the disk.
 */
export async function pipePair(onread: OnReadOpts): Promise<PipePair> {
  const server = createServer({ pauseOnConnect: true, noDelay: true })
  const arrivals = on(server, 'connection')
  server.listen({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  try {
    const ours = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, noDelay: true, onread })
    await once(ours, 'connect')
    for await (const [theirs] of arrivals as AsyncIterable<[Socket]>) {
      if (theirs.remotePort === ours.localPort && theirs.remoteAddress === ours.localAddress) return { ours, theirs }
      theirs.destroy() // somebody else found the port
    }
    throw new Error('the pipe was not opened')
  } finally {
    server.close()
  }
}
