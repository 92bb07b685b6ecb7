import { codecs, digest, profiles } from '@thole/dag'
import { CID } from 'multiformats/cid'
import fc from 'fast-check'
import { base36 } from 'multiformats/bases/base36'
import { create as createDigest } from 'multiformats/hashes/digest'
import { expect, test } from 'vitest'
import { parseAddress } from './address.ts'
import { openTestGateway } from './gateway.fixture.ts'

const hosts = ['localhost', 'gw.example.org']

test.each([
  ['127.0.0.1:3000', '/ipfs/x/y/', { namespace: 'ipfs', id: 'x', rest: '/y/', style: 'path' }],
  ['[::1]:3000', '/ipns/x', { namespace: 'ipns', id: 'x', rest: '', style: 'path' }],
  ['localhost:3000', '/ipfs/x', { namespace: 'ipfs', id: 'x', rest: '', style: 'path', parent: 'localhost:3000' }],
  ['Gw.Example.org', '/ipfs/', { namespace: 'ipfs', id: '', rest: '', style: 'path', parent: 'Gw.Example.org' }],
  ['abc.ipfs.localhost:3000', '/y?', { namespace: 'ipfs', id: 'abc', rest: '/y?', style: 'subdomain', parent: 'localhost:3000' }],
  ['en.wiki.IPNS.gw.example.org', '/ipfs/z', { namespace: 'ipns', id: 'en.wiki', rest: '/ipfs/z', style: 'subdomain', parent: 'gw.example.org' }],
  ['web3.localhost', '/ipfs/x', { namespace: 'ipfs', id: 'x', rest: '', style: 'path' }],
  ['abc.ipfs.other.org', '/y', undefined],
  ['abc.ipfs.notlocalhost', '/y', undefined],
  ['localhost', '/', undefined],
  ['localhost', '/ipfsx/y', undefined],
  ['', '/api', undefined],
  ['localhost.:3000', '/ipfs/x', { namespace: 'ipfs', id: 'x', rest: '', style: 'path', parent: 'localhost.:3000' }],
  ['abc.ipfs.localhost.:3000', '/y', { namespace: 'ipfs', id: 'abc', rest: '/y', style: 'subdomain', parent: 'localhost:3000' }],
  ['.ipfs.localhost', '/y', undefined],
  ['ipfs.localhost', '/y', undefined],
  ['abc.ipfs.gw.example.org', '/', { namespace: 'ipfs', id: 'abc', rest: '/', style: 'subdomain', parent: 'gw.example.org' }],
  ['abc.ipfs.ipns.localhost', '/', { namespace: 'ipns', id: 'abc.ipfs', rest: '/', style: 'subdomain', parent: 'localhost' }],
  ['Site.example:8080', '/ipfs/x?', { namespace: 'ipns', id: 'site.example', rest: '/ipfs/x?', style: 'dnslink' }],
  ['site.example.', '/', { namespace: 'ipns', id: 'site.example', rest: '/', style: 'dnslink' }],
  ['a.b.wild.example', '/x', { namespace: 'ipns', id: 'a.b.wild.example', rest: '/x', style: 'dnslink' }],
  ['wild.example', '/x', undefined],
  ['.wild.example', '/x', undefined],
  ['evilsite.example', '/x', undefined],
])('%s %s', (host, path, address) => {
  expect(parseAddress(host, path, { parents: [...hosts, 'example.org'], sites: ['site.example', '*.wild.example'] })).toEqual(address)
})

test('whatever stands in Host, one of the answers comes, and an isolated root is never served where others are', async () => {
  await using gateway = await openTestGateway({ gatewayHosts: hosts, dnslinkHosts: ['*.wild.example'] })
  const cid = String(await gateway.directory({ 'a.html': '<script>1</script>' }))
  const label = fc.oneof(fc.constantFrom(cid, cid.toUpperCase(), 'ipfs', 'ipns', 'localhost', 'gw', 'example', 'org', 'wild', 'en-wikipedia--on--ipfs-org', '', '..', '%2e', '%00', 'a'.repeat(64), '[::1]', '@', 'xn--'), fc.string({ maxLength: 5 }))
  const host = fc.tuple(fc.array(label, { maxLength: 6 }), fc.constantFrom('', ':', ':80', ':99999', '.', '.:1')).map(([labels, end]) => labels.join('.') + end)
  await fc.assert(
    fc.asyncProperty(host, fc.constantFrom('/a.html', `/ipfs/${cid}/a.html`, '/../a.html', '/%2e%2e/a.html', '//a.html'), async (host, path) => {
      const { status, headers, text } = await gateway.ask(path, { host })
      expect([200, 301, 302, 400, 404, 502]).toContain(status)
      if (status === 200 && text.includes('<script>')) {
        const isOwn = host.toLowerCase().startsWith(`${cid}.ipfs.`)
        expect(isOwn || headers['content-security-policy']).toBeTruthy()
      }
      const { location = '' } = headers
      expect(location).toMatch(/^[\x21-\x7e]*$/)
      expect(location.startsWith('//')).toBe(false)
    }),
    { numRuns: 300 },
  )
  const many = `${'a.'.repeat(10_000)}ipfs.localhost`
  expect((await gateway.ask('/', { host: many })).status).toBe(400)
  expect((await gateway.ask('/', { host: many.replace('.ipfs.', '.ipns.') })).status).toBe(400)
})

test('a path on a subdomain gateway moves to the origin of its root', async () => {
  await using gateway = await openTestGateway({ gatewayHosts: hosts })
  const v0 = await gateway.directory({ 'a b.txt': 'x' }, profiles['unixfs-v0-2015'])
  expect(String(v0)).toMatch(/^Qm/)
  const label = v0.toV1().toString()
  const moved = await gateway.ask(`/ipfs/${v0}/a%20b.txt?download=true`, { host: 'localhost:3000' })
  expect(moved.status).toBe(301)
  expect(moved.headers['location']).toBe(`http://${label}.ipfs.localhost:3000/a%20b.txt?download=true`)
  const secure = await gateway.ask(`/ipfs/${v0}`, { host: 'gw.example.org', secure: true })
  expect(secure.headers['location']).toBe(`https://${label}.ipfs.gw.example.org/`)
  expect((await gateway.ask(`/ipfs/${v0}/a%20b.txt`)).text).toBe('x')
})

test('the root is served at its own origin, in one spelling', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.directory({ 'sub/a.txt': 'x' })
  const host = `${cid}.ipfs.localhost:3000`
  expect(await gateway.ask('/sub/a.txt', { host })).toMatchObject({ status: 200, text: 'x' })
  expect((await gateway.ask('/sub/a.txt', { host: host.toUpperCase() })).text).toBe('x')
  const { headers, text } = await gateway.ask('/sub/', { host })
  expect(headers['x-ipfs-path']).toBe(`/ipfs/${cid}/sub/`)
  expect(text).toContain('<a href="/sub/a.txt">a.txt</a>')
  expect(text).toContain('<a href="/sub/..">..</a>')
  expect(text).toContain('href="//localhost:3000/ipfs/')
  expect((await gateway.ask('/sub', { host })).headers['location']).toBe('/sub/')
  expect((await gateway.ask('/', { host })).status).toBe(200)
  expect((await gateway.ask(`/ipfs/${cid}`, { host })).status).toBe(404)
  const respelled = await gateway.ask('/sub/?a=b', { host: `${cid.toString(base36)}.ipfs.localhost:3000` })
  expect(respelled.headers['location']).toBe(`http://${host}/sub/?a=b`)
})

test('long CIDs: base36 where base32 does not fit one label, 400 where neither does', async () => {
  await using gateway = await openTestGateway()
  const bytes = Buffer.from('x')
  // One byte more than fits: 64 characters in base32.
  const json = CID.createV1(codecs.dagJson, createDigest(0xb220, digest(0xb220, bytes)))
  expect(String(json)).toHaveLength(64)
  const moved = await gateway.ask(`/ipfs/${json}`, { host: 'localhost' })
  expect(moved.headers['location']).toBe(`http://${json.toString(base36)}.ipfs.localhost/`)
  const sha512 = CID.createV1(codecs.raw, createDigest(0x13, digest(0x13, bytes)))
  const refused = await gateway.ask(`/ipfs/${sha512}`, { host: 'localhost' })
  expect(refused).toMatchObject({ status: 400, text: 'CID incompatible with DNS label length limit of 63\n' })
})

test('a label that is no CID is 400', async () => {
  await using gateway = await openTestGateway()
  expect(await gateway.ask('/x', { host: 'nonsense.ipfs.localhost' })).toMatchObject({ status: 400 })
  expect((await gateway.ask('/x', { host: 'nonsense.ipfs.localhost' })).text).toContain('invalid path "/ipfs/nonsense"')
})
