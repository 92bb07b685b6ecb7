import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { base32 } from 'multiformats/bases/base32'
import { base58btc } from 'multiformats/bases/base58'
import { expect, test } from 'vitest'
import { dnslinkAmong } from './dnslink.ts'
import { parseDomain } from './domain-name.ts'
import { parseIpnsName } from './ipns-name.ts'
import { nameText, parseName, parseNamePath } from './name-path.ts'
import { newOwner } from './testing/make-record.ts'

const keys = [
  ['12D3KooWRBy97UB99e3J6hiPesre1MZeuNQvfan4gBziswrRJsNK', 'k51qzi5uqu5dlvj2baxnqndepeb86cbk3ng7n3i46uzyxzyqj2xjonzllnv0v8'],
  ['QmcJM7PRfkSbcM5cf1QugM5R37TLRKyJGgBEhXjLTB8uA2', 'k2k4r8ol4m8kkcqz509c1rcjwunebj02gcnm5excpx842u736nja8ger'],
] as const

test.each(keys)('%s is %s, in every spelling', (peerId, text) => {
  expect(parseIpnsName(peerId)?.text).toBe(text)
  const { multihash } = parseIpnsName(text)!
  for (const code of [0x72, 0x70]) {
    const cid = CID.createV1(code, multihash)
    for (const base of [base32, base58btc]) expect(parseIpnsName(cid.toString(base))?.text).toBe(text)
    expect(parseIpnsName(cid.toString(base32).toUpperCase())?.text).toBe(text)
  }
})

test.each(['secp256k1', 'RSA'] as const)('keys of type %s have names', async (type) => {
  const { name, key } = await newOwner(type)
  expect(parseIpnsName(key.publicKey.toString())).toEqual(name)
})

test.each([
  '', 'example.org', 'bafkqaaa', 'k51qzi', 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy', '1'.repeat(60), 'k'.repeat(5000), 'z'.repeat(900),
])('%s is no key', (text) => {
  expect(parseIpnsName(text)).toBeUndefined()
})

test.each([
  ['Example.ORG', 'example.org'],
  ['example.org.', 'example.org'],
  ['_dnslink.a-b.c1', '_dnslink.a-b.c1'],
  ['bücher.example', 'xn--bcher-kva.example'],
  ['1.2.3.example', '1.2.3.example'],
])('%s is the domain %s', (text, domain) => {
  expect(parseDomain(text)).toBe(domain)
})

test.each(['', 'localhost', '.', 'a..b', '.a.b', 'a.b..', '-a.b', 'a-.b', 'a b.c', 'a.b/c', 'a:80.b', '127.0.0.1', '[::1]', `${'a'.repeat(64)}.b`, 'a.'.repeat(127) + 'bc', 'x\0.y', 'a.b?c', 'a%2eb.c%'])('%s is no domain', (text) => {
  expect(parseDomain(text)).toBeUndefined()
})

test('names are parsed or not, whatever they are, and once parsed stay the same', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.domain(), fc.string({ unit: 'binary', maxLength: 300 })), (text) => {
      const name = parseName(text)
      if (name !== undefined) expect(parseName(nameText(name))).toEqual(name)
    }),
  )
})

test.each([
  ['/ipfs/bafkqaaa', { kind: 'content', names: [] }],
  ['/ipfs/bafkqaaa/a b/%20/', { kind: 'content', names: ['a b', '%20'] }],
  [`/ipns/${keys[0][0]}/x`, { kind: 'key', key: { text: keys[0][1] }, names: ['x'] }],
  ['/ipns/Example.org//y', { kind: 'domain', domain: 'example.org', names: ['y'] }],
])('%s leads to %o', (path, found) => {
  expect(parseNamePath(path)).toMatchObject(found)
})

test.each(['', '/', 'ipfs/bafkqaaa', '/ipfs/', '/ipfs/x', '/ipns/localhost', '/ipld/bafkqaaa', '/ipfs/bafkqaaa/../x', '/ipfs/bafkqaaa/.', 'https://example.org', `/ipfs/${keys[0][1]}`])('%s leads nowhere', (path) => {
  expect(parseNamePath(path)).toBeUndefined()
})

test('of several DNSLinks everybody takes the same; others are passed over', () => {
  const texts = ['v=spf1', 'dnslink=/ipns/b.example', 'dnslink=/ipfs/nonsense', 'dnslink=/ipfs/bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy', ' dnslink=/ipfs/bafkqaaa', 'dnslink=/ipfs/bafkreiz', 'DNSLINK=/ipfs/bafkqaaa']
  expect(dnslinkAmong(texts)).toBe('/ipfs/bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy')
  expect(dnslinkAmong(texts.toReversed())).toBe('/ipfs/bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy')
  expect(dnslinkAmong(['x', 'dnslink=', 'dnslink=/'])).toBeUndefined()
  expect(dnslinkAmong([`dnslink=/ipfs/bafkqaaa/${'x'.repeat(5000)}`])).toBeUndefined()
})
