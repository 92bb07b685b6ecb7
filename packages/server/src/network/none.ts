import type { FetchOptions, FetchSession, Network } from '../ports/network.ts'
import { attemptRows } from './attempt-rows.ts'
import { blockQueue } from './block-queue.ts'
import { delegatesOf } from './delegates.ts'
import { loadPeerId } from './peer-key.ts'

export interface NoNetworkOptions {
  /** File of the peer key; made on first use, so that the id stays when a network is configured later. */
  keyFile: string
  /** Id and addresses of a node beside this server that clients may dial instead, a Kubo for instance. */
  peerId?: string
  announce?: readonly string[]
}

/**
 * The driver for THOLE_NETWORK=none. Nothing is dialled and nobody can dial us. The pinning API still demands
 * one delegate that parses and names a peer, so this names the configured peer, or our own id without an address:
 * clients that try it fail at once instead of waiting for a host that is not there.
 */
export async function noNetwork({ keyFile, peerId, announce = [] }: NoNetworkOptions): Promise<Network> {
  const delegates = delegatesOf(peerId ?? (await loadPeerId(keyFile)), announce)
  const open = new Set<FetchSession>()
  return {
    start: async () => {},
    async close() {
      for (const session of open) await session.close()
    },
    fetch(options) {
      const session = idleSession(options, () => open.delete(session))
      if (!options.signal.aborted) open.add(session)
      return session
    },
    announce: async () => off,
    names: { find: async () => off, publish: async () => off },
    delegates: () => [...delegates],
    status: () => ({ driver: 'none', state: 'off', addresses: [], peers: 0, restarts: 0 }),
  }
}

const off = { state: 'off', reason: 'this server is set to THOLE_NETWORK=none' } as const

/** Waits for nothing, and says so for every address that was named. */
function idleSession({ origins, signal }: FetchOptions, onClose: () => void): FetchSession {
  const reason = 'this server is set to THOLE_NETWORK=none and dials nobody'
  const rows = attemptRows()
  const queue = blockQueue(() => {})
  const addOrigins = (addresses: readonly string[]) => addresses.forEach((address) => rows.skip(address, reason))
  async function close(): Promise<void> {
    signal.removeEventListener('abort', close)
    queue.end()
    onClose()
  }
  addOrigins(origins)
  signal.addEventListener('abort', close)
  if (signal.aborted) queue.end()
  return { want() {}, cancel() {}, release() {}, blocks: queue.blocks, window: 1, addOrigins, attempts: rows.list, close }
}
