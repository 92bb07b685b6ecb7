import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { isIP } from 'node:net'
import { isPrivate } from './private-ip.ts'

/** An address that can be dialled: a host and a TCP port where a peer of this id should answer. */
export interface Origin {
  /** As the request spelt it. */
  address: string
  peerId: string
  /** An IP address or a DNS name. */
  host: string
  /** Which addresses of a DNS name count. */
  family: 0 | 4 | 6
  port: number
}

export interface OriginRules {
  dialPrivate: boolean
  /** Characters of a multiaddr beyond which it is not looked at. */
  maxAddress?: number
}

const families: Record<string, 0 | 4 | 6> = { ip4: 4, ip6: 6, dns: 0, dns4: 4, dns6: 6 }

/**
 * What can be dialled of an address that somebody named, or in words why it cannot be. Never throws: whatever
 * transport, garbage or relay a client sends is one skipped row.
 */
export function parseOrigin(address: string, { dialPrivate, maxAddress = 1024 }: OriginRules): Origin | { skipped: string } {
  if (address.length > maxAddress) return { skipped: 'the address is too long' }
  const parts = components(address)
  if (parts === undefined) return { skipped: 'not a multiaddr' }

  const peer = parts.at(-1)
  if (peer?.name !== 'p2p' || peer.value === undefined) return { skipped: 'does not end in /p2p/<peer id>' }
  if (parts.some((part) => part.name === 'p2p-circuit')) return { skipped: 'relays are not used' }
  const [host, tcp] = parts
  if (host?.value === undefined || host.name === 'p2p') return { skipped: 'names no host' }
  const family = families[host.name]
  if (family === undefined) return { skipped: `/${host.name} is not supported` }
  if (tcp?.name !== 'tcp' || parts.length !== 3) {
    return { skipped: `/${parts.slice(1, -1).map((part) => part.name).join('/')} is not supported, only /tcp` }
  }
  if (!dialPrivate && isIP(host.value) !== 0 && isPrivate(host.value)) return { skipped: 'private addresses are not dialled' }
  const peerId = canonicalPeerId(peer.value)
  if (peerId === undefined) return { skipped: 'its peer id is not valid' }
  return { address, peerId, host: host.value, family, port: Number(tcp.value) }
}

function components(address: string) {
  try {
    return multiaddr(address).getComponents()
  } catch {
    return undefined
  }
}

/** The base58 form, so that one peer has one name. */
function canonicalPeerId(text: string): string | undefined {
  try {
    return peerIdFromString(text).toString()
  } catch {
    return undefined
  }
}
