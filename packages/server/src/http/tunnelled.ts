import type { Duplex } from 'node:stream'

const tunnels = new WeakSet<Duplex>()

/** What comes through this connection from now on was written by whoever opened the tunnel, not by the proxy whose connection it is. */
export function markTunnel(socket: Duplex): void {
  tunnels.add(socket)
}

export function isTunnel(socket: Duplex): boolean {
  return tunnels.has(socket)
}
