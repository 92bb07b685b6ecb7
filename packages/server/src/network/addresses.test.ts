import fc from 'fast-check'
import { isIP } from 'node:net'
import { expect, it } from 'vitest'
import { parseAddress, parseOrigin } from './addresses.ts'

const id = '12D3KooWLqL3mgnW2uQqUWXcWqGXHz6q2w4h6UrUUTJq2cgoc2KD'
const strict = { dialPrivate: false }

/** Not on the public internet, or a tunnel that may lead anywhere. */
const privateHosts = [
  '0.0.0.0', '10.1.2.3', '100.64.0.1', '100.127.255.254', '127.0.0.1', '127.255.255.254', '169.254.169.254', '172.16.0.1', '172.31.255.255',
  '192.0.0.8', '192.0.2.1', '192.88.99.1', '192.168.0.1', '198.18.0.1', '198.19.255.255', '198.51.100.1', '203.0.113.1', '224.0.0.1', '239.1.1.1', '240.0.0.1', '255.255.255.255',
  '::', '::1', '::7f00:1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:0:10.0.0.1', '64:ff9b::a00:1', '64:ff9b::8.8.8.8', '64:ff9b:1::1', '100::1', '2001::1', '2001:2::1', '2001:10::1', '2001:20::1',
  '2001:db8::1', '2002:7f00:1::1', '2002:808:808::1', '3fff::1', '5f00::1', 'fc00::1', 'fd12:3456::1', 'fe80::1', 'fec0::1', 'ff02::1', 'ff0e::1',
]
const publicHosts = ['1.1.1.1', '8.8.8.8', '100.63.255.255', '100.128.0.1', '172.15.0.1', '172.32.0.1', '192.167.1.1', '223.255.255.255', '2606:4700::1111', '2a00:1450::1', '2001:4860::8888']

const spell = (host: string) => `/ip${isIP(host)}/${host}`

it.each(privateHosts)('%s is not dialled unless that is allowed, neither as a peer nor as a gateway', (host) => {
  for (const way of [`/tcp/4001/p2p/${id}`, '/tcp/8080/http', `/tcp/443/tls/http/p2p/${id}`]) {
    expect(parseAddress(spell(host) + way, strict)).toEqual({ skipped: 'private addresses are not dialled' })
    expect(parseAddress(spell(host) + way, { dialPrivate: true })).not.toHaveProperty('skipped')
  }
})

it.each(publicHosts)('%s is dialled', (host) => {
  expect(parseAddress(`${spell(host)}/tcp/4001/p2p/${id}`, strict)).toMatchObject({ peerId: id, port: 4001 })
  expect(parseAddress(`${spell(host)}/tcp/443/https`, strict)).toMatchObject({ url: expect.stringMatching(/^https:/) })
})

it.each([
  ['/dns4/gw.example.org/tcp/443/tls/http', 'https://gw.example.org'],
  [`/dns4/gw.example.org/tcp/443/https/p2p/${id}`, 'https://gw.example.org'],
  ['/dns/gw.example.org/https', 'https://gw.example.org'],
  ['/dns6/gw.example.org/http', 'http://gw.example.org'],
  ['/dns/gw.example.org/tcp/8443/https', 'https://gw.example.org:8443'],
  ['/ip6/2606:4700::1111/tcp/8080/http', 'http://[2606:4700::1111]:8080'],
])('%s is the gateway %s', (address, url) => {
  expect(parseAddress(address, strict)).toEqual({ address, url })
  expect(parseOrigin(address, strict)).toEqual({ skipped: 'an HTTP gateway is no peer' })
})

it.each([
  '/dns4/me:it@example.org/tcp/443/https', '/dns4/example.org#/tcp/443/https', '/dns4/example.org?/tcp/443/https', '/dns4/0x7f.1/tcp/8080/http', '/dns4/127.1/tcp/8080/http',
  '/dns4/2130706433/tcp/8080/http', '/dns4/a%2fb/tcp/443/https', '/dns4/a b/tcp/443/https', '/dns4/[::1]/tcp/8080/http', '/dns4/ｌocalhost/tcp/8080/http',
])('%s names no host of a gateway', (address) => {
  expect(parseAddress(address, { dialPrivate: true })).toEqual({ skipped: expect.stringMatching(/names no host|not a multiaddr/) })
})

it('knocks at no port where no peer would be', () => {
  for (const port of [1, 22, 25, 53, 110, 445, 1023]) {
    expect(parseAddress(`/ip4/1.1.1.1/tcp/${port}/p2p/${id}`, strict)).toEqual({ skipped: `port ${port} is not dialled: only 80, 443 and from 1024` })
    expect(parseAddress(`/dns4/example.org/tcp/${port}/http`, strict)).toHaveProperty('skipped')
    expect(parseAddress(`/ip4/1.1.1.1/tcp/${port}/p2p/${id}`, { dialPrivate: true })).toMatchObject({ port })
  }
  for (const port of [80, 443, 1024, 65_535]) expect(parseAddress(`/ip4/1.1.1.1/tcp/${port}/p2p/${id}`, strict)).toMatchObject({ port })
  expect(parseAddress(`/ip4/1.1.1.1/tcp/0/p2p/${id}`, { dialPrivate: true })).toEqual({ skipped: 'port 0 cannot be dialled' })
})

const part = fc.oneof(
  fc.constantFrom('ip4', 'ip6', 'dns', 'dns4', 'dns6', 'dnsaddr', 'tcp', 'udp', 'http', 'https', 'tls', 'sni', 'ws', 'quic-v1', 'p2p', 'p2p-circuit', 'ip6zone', 'ipcidr', 'http-path', 'unix'),
  fc.constantFrom('127.0.0.1', '10.0.0.1', '::1', '::ffff:10.0.0.1', 'localhost', 'example.org', '4001', '80', '-1', '99999', id, ''),
  fc.string({ maxLength: 20 }),
)

it('never throws, whatever is sent, and names no private address', () => {
  fc.assert(
    fc.property(fc.array(part, { maxLength: 10 }), (parts) => {
      const origin = parseAddress(`/${parts.join('/')}`, strict)
      if ('skipped' in origin) return void expect(origin.skipped).toMatch(/\w/)
      const host = 'url' in origin ? new URL(origin.url).hostname.replace(/^\[|\]$/g, '') : origin.host
      expect(privateHosts).not.toContain(host)
      if ('url' in origin) expect(new URL(origin.url).origin).toBe(origin.url)
    }),
    { numRuns: 2000 },
  )
})

it('any IPv4 address in an IPv6 one is judged as IPv6: only global unicast is dialled', () => {
  fc.assert(
    fc.property(fc.ipV6(), (host) => {
      const isGlobal = /^[23][0-9a-f]{3}:/i.test(host)
      const origin = parseAddress(`/ip6/${host}/tcp/4001/p2p/${id}`, strict)
      if (!isGlobal && isIP(host) === 6) expect(origin).toHaveProperty('skipped')
    }),
  )
})
