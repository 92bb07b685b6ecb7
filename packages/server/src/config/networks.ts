import { BlockList, isIPv6 } from 'node:net'

/** Addresses and networks (`10.0.0.0/8`), to check others against. Throws where one is neither. */
export function networks(texts: readonly string[]): BlockList {
  const list = new BlockList()
  for (const text of texts) {
    const [address = '', bits] = text.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, /^\d+$/.test(bits) ? Number(bits) : Number.NaN, family)
  }
  return list
}
