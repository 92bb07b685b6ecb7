import { BlockList, isIPv6 } from 'node:net'

/** Ranges that the public internet does not route: RFC 6890 and its successors. */
const ranges = [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12],
  ['192.0.0.0', 24], ['192.0.2.0', 24], ['192.88.99.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15],
  ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 4], ['240.0.0.0', 4],
] as const

/** Global unicast; only what lies in it can be public. */
const globalUnicast = new BlockList()
globalUnicast.addSubnet('2000::', 3, 'ipv6')

const blocked = new BlockList()
for (const [address, prefix] of ranges) blocked.addSubnet(address, prefix, 'ipv4')
// Teredo and other IETF protocols, ORCHID, documentation, 6to4: tunnels could lead anywhere.
for (const [address, prefix] of [['2001::', 23], ['2001:db8::', 32], ['2002::', 16], ['3fff::', 20]] as const) {
  blocked.addSubnet(address, prefix, 'ipv6')
}

/** Whether an IP address is loopback, private, link-local, multicast or otherwise not on the public internet. */
export function isPrivate(ip: string): boolean {
  if (!isIPv6(ip)) return blocked.check(ip, 'ipv4')
  return !globalUnicast.check(ip, 'ipv6') || blocked.check(ip, 'ipv6')
}
