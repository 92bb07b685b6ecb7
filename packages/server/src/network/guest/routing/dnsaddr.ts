import { multiaddr } from '@multiformats/multiaddr'
import { resolveTxt } from 'node:dns/promises'

export interface DnsaddrOptions {
  /** The texts of a name, each in pieces. */
  resolve?(name: string): Promise<string[][]>
  /** Names may lead to names so often. */
  maxDepth?: number
  maxAddresses?: number
}

/**
 * The addresses that a /dnsaddr stands for, of the peer that it names, by TXT records of the system's own resolver
 * (multiformats/multiaddr, protocols/DNSADDR.md). Any other address stands for itself. Throws where a name does not resolve.
 */
export async function resolveDnsaddr(address: string, { resolve = resolveTxt, maxDepth = 3, maxAddresses = 32 }: DnsaddrOptions = {}): Promise<string[]> {
  const first = multiaddr(address).getComponents()[0]
  if (first?.name !== 'dnsaddr') return [address]
  if (maxDepth === 0) return []
  const peer = /\/p2p\/[^/]+$/.exec(address)?.[0] ?? ''
  const texts = (await resolve(`_dnsaddr.${first.value}`)).map((pieces) => pieces.join(''))
  const named = texts.filter((text) => text.startsWith('dnsaddr=/') && text.endsWith(peer)).map((text) => text.slice('dnsaddr='.length))
  const found: string[] = []
  for (const one of named.slice(0, maxAddresses)) {
    found.push(...(await resolveDnsaddr(one, { resolve, maxDepth: maxDepth - 1, maxAddresses }).catch(() => [])))
    if (found.length >= maxAddresses) break
  }
  return found.slice(0, maxAddresses)
}
