import { multiaddr } from '@multiformats/multiaddr'
import { isIP } from 'node:net'
import { isPrivate } from './private-ip.ts'

/** Where clients are told to dial us: what the pinning API allows in `delegates`. */
const MAX_DELEGATES = 20

/**
 * Unique multiaddrs, each ending in `/p2p/<id>`, at most 20 and never none: public ones where there are any
 * (the specification asks not to send local ones), else all if the network is a private one, else the bare id.
 */
export function delegatesOf(peerId: string, addresses: readonly string[], { isPrivateNetwork = true } = {}): string[] {
  const suffix = `/p2p/${peerId}`
  const whole = addresses.map((address) => (address.endsWith(suffix) ? address : address + suffix))
  const open = whole.filter((address) => !isLocal(address))
  const best = [...new Set(open.length > 0 || !isPrivateNetwork ? open : whole)].slice(0, MAX_DELEGATES)
  return best.length > 0 ? best : [suffix]
}

function isLocal(address: string): boolean {
  const host = multiaddr(address).getComponents()[0]?.value ?? ''
  return isIP(host) !== 0 && isPrivate(host)
}
