import type { Libp2p } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Origin } from '../addresses.ts'
import { dialPeer } from './dialler.ts'
import type { DialOptions } from './dialler.ts'
import { limits } from './limits.ts'
import type { Slots } from './slots.ts'

export interface KeepOptions extends DialOptions {
  /** How many peers may be dialled at once. */
  room: Slots
  /** Why this peer is not to be dialled now, if so. */
  whyBanned(peerId: string): string | undefined
}

/** Keeps one peer connected until the signal aborts, dialling again with growing pauses. Never throws. */
export async function keepConnected(libp2p: Libp2p, origins: readonly Origin[], options: KeepOptions): Promise<void> {
  const [first] = origins
  if (first === undefined) return
  const { signal, mark } = options
  const { peerId, address } = first
  if (peerId === libp2p.peerId.toString()) return mark(address, 'skipped', 'this is the server itself')

  let pause: number = limits.redialFirst
  while (!signal.aborted) {
    if (isConnected(libp2p, peerId)) mark(address, 'connected')
    else {
      const why = options.whyBanned(peerId)
      if (why === undefined) await dialInTurn(libp2p, origins, options)
      else mark(address, 'failed', why)
    }

    if (isConnected(libp2p, peerId)) {
      await changed(libp2p, 'peer:disconnect', peerId, signal)
      pause = limits.redialFirst
    }
    // The peer may also dial us: that ends the pause.
    const waiting = new AbortController()
    const either = AbortSignal.any([signal, waiting.signal])
    await Promise.race([sleep(pause, undefined, { signal: either }).catch(() => {}), changed(libp2p, 'peer:connect', peerId, either)])
    waiting.abort()
    pause = Math.min(pause * 2, limits.redialLast)
  }
}

async function dialInTurn(libp2p: Libp2p, origins: readonly Origin[], options: KeepOptions): Promise<void> {
  const leave = await options.room.take()
  try {
    if (!options.signal.aborted) await dialPeer(libp2p, origins, options)
  } finally {
    leave()
  }
}

function isConnected(libp2p: Libp2p, peerId: string): boolean {
  return libp2p.getConnections(peerIdFromString(peerId)).some((connection) => connection.status === 'open')
}

/** Resolves when the last connection to this peer closed or its first opened, or when the signal aborts. */
function changed(libp2p: Libp2p, event: 'peer:connect' | 'peer:disconnect', peerId: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      libp2p.removeEventListener(event, listener)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const listener = (change: CustomEvent<{ toString(): string }>) => {
      if (change.detail.toString() === peerId) done()
    }
    libp2p.addEventListener(event, listener)
    signal.addEventListener('abort', done)
    if (signal.aborted || isConnected(libp2p, peerId) === (event === 'peer:connect')) done()
  })
}
