import type { Multiaddr } from '@multiformats/multiaddr'
import { isIP } from 'node:net'
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
  const parts = address.getComponents()
  if (parts.at(-1)?.name !== 'p2p') return true
  const [host] = parts
  if (host?.value === undefined || isIP(host.value) === 0) return false // where a name leads is known only after it is dialled
  return dialPrivate || !isPrivate(host.value)
}
