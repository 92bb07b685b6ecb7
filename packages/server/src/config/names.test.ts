import { expect, test } from 'vitest'
import { parseConfig } from './config.ts'
import { readEnv } from './env.ts'

const config = (env: Record<string, string>) => parseConfig(readEnv(env))

test('the domain name system is asked under public, or where that is asked for', () => {
  const dns = (env: Record<string, string>) => config(env).names.dns
  expect([dns({}), dns({ THOLE_NETWORK: 'none' }), dns({ THOLE_NETWORK: 'public', THOLE_DNS: 'none' })]).toEqual([undefined, undefined, undefined])
  expect([dns({ THOLE_NETWORK: 'public' }), dns({ THOLE_DNS: 'system' })]).toEqual([{ servers: [] }, { servers: [] }])
  expect(dns({ THOLE_DNS: '192.0.2.1, 192.0.2.2:5353 [2001:db8::1]:53 2001:db8::2' })).toEqual({ servers: ['192.0.2.1', '192.0.2.2:5353', '[2001:db8::1]:53', '2001:db8::2'] })
})

test.each(['dns.example', 'https://dns.example/dns-query', '192.0.2', 'on', '192.0.2.1:x', 'system 192.0.2.1'])('THOLE_DNS=%s is refused', (text) => {
  expect(() => config({ THOLE_DNS: text })).toThrow(/THOLE_DNS must be/)
})

test('domains may be led by hand', () => {
  const { dnslinks } = config({ THOLE_DNSLINKS: 'A.example:/ipfs/bafkqaaa/x:y, b.example:/ipns/c.example' }).names
  expect([...dnslinks]).toEqual([['a.example', '/ipfs/bafkqaaa/x:y'], ['b.example', '/ipns/c.example']])
})

test.each(['a.example', 'a.example:bafkqaaa', 'a.example:/ipfs/', ':/ipfs/bafkqaaa', 'a.example:/ipld/x'])('THOLE_DNSLINKS=%s is refused', (text) => {
  expect(() => config({ THOLE_DNSLINKS: text })).toThrow(/THOLE_DNSLINKS must be/)
})

test('sites are domains, and none of the hosts that this server has for itself', () => {
  expect(config({ THOLE_DNSLINK_HOSTS: 'Example.org *.sites.example.org' }).http.dnslinkHosts).toEqual(['example.org', '*.sites.example.org'])
  const own = { THOLE_PUBLIC_URL: 'https://Pins.example.org:8443', THOLE_GATEWAY_HOSTS: 'gw.example.org' }
  for (const taken of ['pins.example.org', '*.example.org', 'gw.example.org']) expect(() => config({ ...own, THOLE_DNSLINK_HOSTS: taken })).toThrow(/THOLE_DNSLINK_HOSTS has .*host of this server itself/)
  expect(config({ ...own, THOLE_DNSLINK_HOSTS: 'example.org www.example.org' }).http.dnslinkHosts).toHaveLength(2)
})

test.each(['localhost', 'example.org:80', 'https://example.org', '*', '*.org.*', 'a b.c'])('THOLE_DNSLINK_HOSTS=%s is refused', (text) => {
  expect(() => config({ THOLE_DNSLINK_HOSTS: text })).toThrow(/THOLE_DNSLINK_HOSTS must be/)
})
