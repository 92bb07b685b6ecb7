import { multiaddr } from '@multiformats/multiaddr'
import type { Connection, Libp2p } from '@libp2p/interface'
import { isIPv6 } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Origin } from '../addresses.ts'
import { dialFailure } from './dial-failure.ts'
import type { Knocks } from './knocks.ts'
import { limits } from './limits.ts'
import { resolve } from './resolve.ts'

/** Hears how each address fares. */
export type Mark = (address: string, state: 'dialling' | 'connected' | 'failed' | 'skipped', reason?: string) => void

export interface DialOptions {
  mark: Mark
  signal: AbortSignal
  dialPrivate: boolean
  knocks?: Knocks
}

/**
 * One round over the addresses of one peer: each is tried when the one before failed or was slow; the first that
 * answers as this peer wins. Resolves to undefined when none did. Never throws.
 */
export async function dialPeer(libp2p: Libp2p, origins: readonly Origin[], options: DialOptions): Promise<Connection | undefined> {
  const round = new AbortController()
  const signal = AbortSignal.any([options.signal, round.signal])
  let winner: Connection | undefined

  async function attempt(origin: Origin): Promise<void> {
    options.mark(origin.address, 'dialling')
    try {
      const connection = await dialOrigin(libp2p, origin, { ...options, signal })
      if (winner === undefined) {
        winner = connection
        options.mark(origin.address, 'connected')
        round.abort()
      } else if (winner !== connection) await connection.close()
    } catch (error) {
      if (winner !== undefined) options.mark(origin.address, 'skipped', 'another address of this peer answered')
      else if (!options.signal.aborted) options.mark(origin.address, 'failed', dialFailure(error))
    }
  }

  const attempts: Promise<void>[] = []
  for (const origin of origins) {
    if (signal.aborted) break
    const trying = attempt(origin)
    attempts.push(trying)
    await Promise.race([trying, sleep(limits.dialStagger, undefined, { signal }).catch(() => {})])
  }
  await Promise.all(attempts)
  return winner
}

/**
 * Dials without the peer id, since libp2p would join several addresses of one peer into one slow line; who
 * answered is checked here.
 */
async function dialOrigin(libp2p: Libp2p, origin: Origin, { signal, dialPrivate, knocks }: DialOptions): Promise<Connection> {
  const { host, family, port } = origin
  const [ip] = await resolve(host, { family, dialPrivate })
  const wait = knocks?.whyNot(ip, port)
  if (wait !== undefined) throw new Error(wait)
  try {
    const connection = await dialPlace(libp2p, ip, port, signal)
    if (connection.remotePeer.toString() !== origin.peerId) {
      await connection.close()
      throw new Error(`another peer answered: ${connection.remotePeer}`)
    }
    knocks?.answered(ip, port)
    return connection
  } catch (error) {
    if (!signal.aborted) knocks?.inVain(ip, port, dialFailure(error))
    throw error
  }
}

function dialPlace(libp2p: Libp2p, ip: string, port: number, signal: AbortSignal): Promise<Connection> {
  const address = multiaddr(`/${isIPv6(ip) ? 'ip6' : 'ip4'}/${ip}/tcp/${port}`)
  return libp2p.dial(address, { signal: AbortSignal.any([signal, AbortSignal.timeout(limits.dialTimeout)]) })
}
