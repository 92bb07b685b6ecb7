import type { Multiaddr } from '@multiformats/multiaddr'
import { isIP } from 'node:net'
import { parseOrigin } from '../addresses.ts'
import { isPrivate } from '../private-ip.ts'

/** Whether an address may be reached from anywhere: by its name, or by an IP address of the public internet. */
export function isPublic(address: Multiaddr): boolean {
  const host = address.getComponents()[0]?.value ?? ''
  return isIP(host) === 0 || !isPrivate(host)
}

/**
 * What libp2p may dial of its own accord, to ask the DHT: such addresses come from strangers, and end in the peer id. What ends
 * in none we dial ourselves, and have judged before.
 */
export function mayDialItself(address: Multiaddr, { dialPrivate }: { dialPrivate: boolean }): boolean {
  if (address.getComponents().at(-1)?.name !== 'p2p') return true
  const origin = parseOrigin(address.toString(), { dialPrivate })
  return !('skipped' in origin) && isIP(origin.host) !== 0 // where a name leads is known only after it is dialled
}
