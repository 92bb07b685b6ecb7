import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { networks } from '../../config/networks.ts'
import { clientAddress, clientNetwork } from './client-address.ts'

const call = (remoteAddress: string | undefined, forwarded?: string) =>
  ({ socket: { remoteAddress }, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage

const none = networks([])
const some = networks(['127.0.0.1', '10.0.0.0/8', 'fd00::/8', '::1'])

test.each([
  ['nobody is believed by default', call('203.0.113.9', '198.51.100.1'), none, '203.0.113.9'],
  ['not even the loopback', call('127.0.0.1', '198.51.100.1'), none, '127.0.0.1'],
  ['a proxy is', call('127.0.0.1', '198.51.100.1'), some, '198.51.100.1'],
  ['on an IPv6 socket too', call('::ffff:10.1.2.3', '198.51.100.1'), some, '198.51.100.1'],
  ['a chain of ours', call('fd00::5', '198.51.100.1, 10.9.9.9,::1'), some, '198.51.100.1'],
  ['what a client writes stands to the left and is not read', call('127.0.0.1', '1.1.1.1, 198.51.100.1, 10.0.0.1'), some, '198.51.100.1'],
  ['a stranger who claims to be forwarded', call('203.0.113.9', '10.0.0.1'), some, '203.0.113.9'],
  ['nonsense ends the chain', call('127.0.0.1', '198.51.100.1, nonsense'), some, '127.0.0.1'],
  ['no header', call('127.0.0.1'), some, '127.0.0.1'],
  ['a socket that is gone', call(undefined, '198.51.100.1'), some, ''],
])('%s', (_, incoming, proxies, expected) => {
  expect(clientAddress(incoming, proxies)).toBe(expected)
})

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['2001:db8::6', '2001:db8:0:0::/64'],
  ['2001:0DB8:0001:0002::9', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['', ''],
])('%s counts as %s', (address, expected) => {
  expect(clientNetwork(address)).toBe(expected)
})
