import { base32 } from 'multiformats/bases/base32'
import { CID } from 'multiformats/cid'
import { expect, test } from 'vitest'
import { newOwner, type Owner } from '../../domain/names/testing/make-record.ts'
import { noRouting } from '../../domain/names/testing/test-names.ts'
import { openTestGateway, type TestGateway } from './gateway.fixture.ts'

const publish = async (gateway: TestGateway, { name, sign }: Owner, value: string, ttl = 300_000) => gateway.names.publish(name, await sign({ value, ttl }), 'a')

test('a key leads to content, for as long as its record says', async () => {
  await using gateway = await openTestGateway()
  const owner = await newOwner()
  const { text: key } = owner.name
  const cid = await gateway.directory({ 'site/a b.txt': 'x', 'site/index.html': '<h1>hi</h1>', 'site/sub/y': 'y' })
  await publish(gateway, owner, `/ipfs/${cid}/site`)
  const file = await gateway.ask(`/ipns/${key}/a%20b.txt`)
  expect(file).toMatchObject({ status: 200, text: 'x', headers: { 'cache-control': 'public, max-age=300', 'x-ipfs-path': `/ipns/${key}/a%20b.txt` } })
  expect(file.headers['x-ipfs-roots']!.split(',')).toHaveLength(3)
  expect(file.headers['content-security-policy']).toBeUndefined()
  expect((await gateway.ask(`/ipns/${key}/`)).headers['content-security-policy']).toBe('sandbox')
  expect((await gateway.ask(`/ipns/${key}/a%20b.txt`, { headers: { 'if-none-match': file.headers.etag! } })).status).toBe(304)
  expect((await gateway.ask(`/ipns/${key}`)).headers.location).toBe(`/ipns/${key}/`)
  const list = await gateway.ask(`/ipns/${key}/sub/`)
  expect(list.headers['cache-control']).toBe('public, max-age=300')
  expect(list.text).toContain(`Index of`)
  expect(list.text).toContain(`<a href="/ipns/${key}/sub/y">y</a>`)
  expect((await gateway.ask(`/ipns/${key}/nothing`)).status).toBe(404)
})

test('a record that does not say how long, and a DNSLink of the operator, are not kept by caches', async () => {
  await using gateway = await openTestGateway({}, { dnslinks: new Map([['site.example', `/ipfs/bafkqablimvwgy3y`]]) })
  const owner = await newOwner()
  await publish(gateway, owner, '/ipfs/bafkqablimvwgy3y', 0)
  for (const path of [`/ipns/${owner.name.text}`, '/ipns/site.example']) {
    const { status, headers } = await gateway.ask(path)
    expect([status, headers['cache-control']]).toEqual([200, undefined])
  }
})

test('a key has one spelling: by path 302 to base36, by subdomain 301', async () => {
  await using gateway = await openTestGateway()
  const { name, key } = await newOwner('RSA')
  const { text, multihash } = name
  for (const id of [key.publicKey.toString(), CID.createV1(0x72, multihash).toString(base32), CID.createV1(0x70, multihash).toString(base32)]) {
    expect(await gateway.ask(`/ipns/${id}/a%20b/?x=y`)).toMatchObject({ status: 302, headers: { location: `/ipns/${text}/a%20b/?x=y` } })
    expect(await gateway.ask(`/ipns/${id}/a%20b/?x=y`, { host: 'localhost:3000' })).toMatchObject({ status: 301, headers: { location: `http://${text}.ipns.localhost:3000/a%20b/?x=y` } })
    expect(await gateway.ask('/a%20b/?x=y', { host: `${id}.ipns.localhost:3000`, secure: true })).toMatchObject({ status: 301, headers: { location: `https://${text}.ipns.localhost:3000/a%20b/?x=y` } })
  }
})

test('a key and a domain have an origin each; the domain fits one label, or is written out', async () => {
  await using gateway = await openTestGateway({ gatewayHosts: ['localhost'] }, { dnslinks: new Map([['en.wiki-pedia.example', '/ipfs/bafkqablimvwgy3y']]) })
  const owner = await newOwner()
  await publish(gateway, owner, '/ipns/en.wiki-pedia.example')
  expect((await gateway.ask('/', { host: `${owner.name.text}.ipns.localhost` })).text).toBe('hello')
  expect((await gateway.ask('/ipns/en.wiki-pedia.example/x?y', { host: 'localhost' })).headers.location).toBe('http://en-wiki--pedia-example.ipns.localhost/x?y')
  for (const label of ['en-wiki--pedia-example', 'en.wiki-pedia.example', 'EN-Wiki--Pedia-example']) {
    const { text, headers } = await gateway.ask('/', { host: `${label}.ipns.localhost` })
    expect(text).toBe('hello')
    expect(headers).toMatchObject({ 'x-ipfs-path': '/ipns/en.wiki-pedia.example/' })
    expect(headers['content-security-policy']).toBeUndefined()
  }
  const long = `${'a'.repeat(60)}.example`
  expect(await gateway.ask(`/ipns/${long}`, { host: 'localhost' })).toMatchObject({ status: 400, text: 'DNSLink name incompatible with DNS label length limit of 63\n' })
})

test('the record of a key is given as it is', async () => {
  await using gateway = await openTestGateway()
  const owner = await newOwner()
  const { text: key } = owner.name
  const record = await owner.sign({ ttl: 1_800_000 })
  await gateway.names.publish(owner.name, record, 'a')
  for (const ask of [() => gateway.ask(`/ipns/${key}?format=ipns-record`), () => gateway.ask(`/ipns/${key}/`, { headers: { accept: 'application/vnd.ipfs.ipns-record' } })]) {
    const { status, headers, bytes } = await ask()
    expect(status).toBe(200)
    expect(bytes.equals(record)).toBe(true)
    expect(headers).toMatchObject({
      'content-type': 'application/vnd.ipfs.ipns-record',
      'content-disposition': `attachment; filename="${key}.ipns-record"`,
      'cache-control': 'public, max-age=1800',
      vary: 'Accept',
    })
  }
  const { etag } = (await gateway.ask(`/ipns/${key}?format=ipns-record`)).headers
  expect((await gateway.ask(`/ipns/${key}?format=ipns-record`, { headers: { 'if-none-match': etag! } })).status).toBe(304)
  expect((await gateway.ask(`/ipns/${key}/x?format=ipns-record`)).status).toBe(400)
  expect((await gateway.ask('/ipns/example.org?format=ipns-record')).status).toBe(400)
  expect((await gateway.ask('/ipfs/bafkqaaa?format=ipns-record')).status).toBe(400)
})

test('a name that leads nowhere is a 5xx that says why, and when to come again', async () => {
  await using gateway = await openTestGateway()
  const { name } = await newOwner()
  const { status, headers, text } = await gateway.ask(`/ipns/${name.text}/x`)
  expect([status, headers['retry-after'], headers['cache-control']]).toEqual([502, '10', 'no-store'])
  expect(text).toContain('no record of it was published here; the network is not asked')
})

test('native addresses are led to their paths', async () => {
  await using gateway = await openTestGateway()
  const go = async (path: string, uri: string) => (await gateway.ask(`${path}?uri=${encodeURIComponent(uri)}`, { host: 'localhost' })).headers.location
  expect(await go('/ipfs/', 'ipfs://QmXoypizjW3WknFiJnKLwHCnL72vedxjQkDDP1mXWo6uco/wiki/Diego_Maradona.html')).toBe('/ipfs/QmXoypizjW3WknFiJnKLwHCnL72vedxjQkDDP1mXWo6uco/wiki/Diego_Maradona.html')
  expect(await go('/ipns', 'web+ipns://en.wiki.example/a%20ü?q=1#x')).toBe('/ipns/en.wiki.example/a%20%C3%BC?q=1')
  for (const uri of ['https://example.org', 'ipfs:///x', 'ipfs:bafkqaaa', '', 'ipfs://']) expect((await gateway.ask(`/ipfs/?uri=${encodeURIComponent(uri)}`)).status).toBe(400)
  expect((await gateway.ask('/ipfs/bafkqaaa?uri=ipfs://x')).status).toBe(200)
})

test('only-if-cached asks nobody about a name', async () => {
  const asked: string[] = []
  const lookUp = async (name: string) => (asked.push(name), { texts: name.startsWith('_') ? ['dnslink=/ipfs/bafkqablimvwgy3y'] : [], ttl: 60_000 })
  const find = async () => (asked.push('key'), { state: 'none' as const, reason: 'nobody has it' })
  await using gateway = await openTestGateway({}, { txt: { lookUp }, routing: { ...noRouting, find } })
  const headers = { 'cache-control': 'only-if-cached' }
  const paths = ['/ipns/site.example', `/ipns/${(await newOwner()).name.text}`]
  for (const path of paths) {
    for (const format of ['', '?format=ipns-record']) expect((await gateway.ask(path + (path.includes('site') ? '' : format), { headers })).status).toBe(412)
  }
  expect(asked).toEqual([])
  expect((await gateway.ask(paths[0]!)).text).toBe('hello')
  expect(await gateway.ask(paths[0]!, { headers })).toMatchObject({ status: 200, text: 'hello' })
  expect(asked).toEqual(['_dnslink.site.example'])
})

test('one client cannot have all that may be looked up at once', async () => {
  const asked: string[] = []
  const lookUp = (name: string) => (asked.push(name), new Promise<never>(() => {}))
  await using gateway = await openTestGateway({}, { txt: { lookUp } })
  const gone = new AbortController()
  const ask = (domain: string, client: string) => gateway.handle({ method: 'GET', host: '127.0.0.1', path: `/ipns/${domain}`, query: '', headers: {}, secure: false, signal: gone.signal, client: () => client })
  const waiting = Array.from({ length: 8 }, (_, i) => ask(`${i}.example`, 'a'))
  expect(await ask('more.example', 'a')).toMatchObject({ status: 429, headers: { 'cache-control': 'no-store', 'retry-after': '10' } })
  waiting.push(ask('more.example', 'b'))
  expect(asked).toContain('_dnslink.more.example')
  gone.abort(new Error('gone'))
  await Promise.all(waiting)
})
