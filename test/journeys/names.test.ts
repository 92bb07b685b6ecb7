import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newOwner, type Owner } from '../../packages/server/src/domain/names/testing/make-record.ts'
import { startDht, type DhtPeer } from '../../packages/server/src/network/testing/dht-peers.ts'
import { startDns, type TestDns } from '../../packages/server/src/services/dns/testing/dns-server.ts'
import { client, eventually, form } from '../support/api.ts'
import { startServer, type TestServer } from '../support/server.ts'

const type = 'application/vnd.ipfs.ipns-record'

const put = (server: TestServer, name: string, record: Uint8Array, headers: Record<string, string> = { 'content-type': type }) =>
  fetch(`${server.url}/routing/v1/ipns/${name}`, { method: 'PUT', body: record as BodyInit, headers })

async function publish(server: TestServer, { name, sign }: Owner, fields: Parameters<Owner['sign']>[0]): Promise<Uint8Array> {
  const record = await sign(fields)
  const response = await put(server, name.text, record)
  expect([response.status, await response.text()]).toEqual([200, ''])
  return record
}

/** With a Host of one's own, which fetch does not let through. */
async function ask(server: TestServer, path: string, headers: Record<string, string> = {}) {
  const sent = request(server.url, { path, headers }).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return { status: response.statusCode, location: response.headers.location, text: Buffer.concat(chunks).toString() }
}

/** All that the server says to these bytes until it closes the connection. */
async function say(server: TestServer, text: string): Promise<string> {
  const { port, hostname } = new URL(server.url)
  const socket = connect(Number(port), hostname)
  socket.end(text)
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

describe('names of a server by itself', () => {
  let server: TestServer
  let dns: TestDns
  let cid: string

  beforeAll(async () => {
    dns = await startDns()
    server = await startServer({
      THOLE_DNS: dns.address, THOLE_DNSLINKS: 'by-hand.example:/ipns/site.example/sub', THOLE_DNSLINK_HOSTS: 'site.example,*.sites.example',
      THOLE_GATEWAY_HOSTS: 'gw.example', THOLE_NAME_RATE: '12', THOLE_MAX_NAMES: '8', THOLE_MAX_NAMES_PER_ADDRESS: '6',
    })
    const { body } = await client(server.url, await server.createKey(['upload'])).upload(form({ 'index.html': 'home', 'sub/a b.txt': 'below', _redirects: '/old/* /sub/:splat 302\n/* /index.html 404\n' }))
    cid = body.roots[0].cid
    dns.records.set('_dnslink.site.example', { texts: [`dnslink=/ipfs/${cid}`], ttl: 600 })
  })
  afterAll(async () => {
    await server?.stop()
    await dns.stop()
  })

  test('a record that anybody publishes is kept over a restart, given back, and followed', async () => {
    const owner = await newOwner()
    const { text: name } = owner.name
    const record = await publish(server, owner, { value: `/ipfs/${cid}`, ttl: 90_000 })
    await server.killAndRestart()
    const got = await fetch(`${server.url}/routing/v1/ipns/${owner.key.publicKey.toString()}`, { headers: { accept: type } })
    expect(got.status).toBe(200)
    expect(Buffer.from(await got.arrayBuffer()).equals(record)).toBe(true)
    expect(Object.fromEntries(got.headers)).toMatchObject({ 'content-type': type, vary: 'Accept', expires: 'Fri, 01 Jan 2100 00:00:00 GMT', 'access-control-allow-origin': '*' })
    expect(got.headers.get('cache-control')).toMatch(/^public, max-age=90, stale-while-revalidate=\d{9,}, stale-if-error=\d{9,}$/)
    expect((await fetch(`${server.url}/routing/v1/ipns/${name}`, { headers: { 'if-none-match': got.headers.get('etag')! } })).status).toBe(304)
    expect(await ask(server, `/ipns/${name}/sub/a%20b.txt`)).toMatchObject({ status: 200, text: 'below' })
    expect(await ask(server, '/', { host: `${name}.ipns.gw.example` })).toMatchObject({ status: 200, text: 'home' })
    expect((await ask(server, `/ipns/${name}/x`, { host: 'gw.example' })).location).toBe(`http://${name}.ipns.gw.example/x`)
  })

  test('what is no record, no name, or of another type, is refused with a reason', async () => {
    const [owner, other] = [await newOwner(), await newOwner()]
    const { text: name } = owner.name
    const refused = async (asked: Promise<Response>) => {
      const response = await asked
      return [response.status, await response.text()] as const
    }
    expect(await refused(put(server, name, await other.sign()))).toEqual([400, expect.stringContaining('V2 signature is wrong')])
    expect(await refused(put(server, name, Buffer.alloc(10_241)))).toEqual([413, expect.stringContaining('10240')])
    expect(await refused(put(server, 'example.org', await owner.sign()))).toEqual([400, expect.stringContaining('no IPNS name')])
    expect(await refused(put(server, name, await owner.sign(), {}))).toEqual([406, expect.stringContaining(`Content-Type: ${type}`)])
    expect(await refused(fetch(`${server.url}/routing/v1/ipns/${name}`, { headers: { accept: 'application/json' } }))).toEqual([406, expect.stringContaining(`Accept: ${type}`)])
    expect(await refused(fetch(`${server.url}/routing/v1/ipns/${name}`, { method: 'DELETE' }))).toEqual([405, expect.any(String)])
  })

  test('of a name without a record there is none, which is no error; other parts of routing are short', async () => {
    const { name } = await newOwner()
    const none = await fetch(`${server.url}/routing/v1/ipns/${name.text}`)
    expect([none.status, none.headers.get('content-type')]).toEqual([200, 'text/plain; charset=UTF-8'])
    const get = async (path: string, accept = '*/*') => {
      const response = await fetch(`${server.url}/routing/v1${path}`, { headers: { accept } })
      return { status: response.status, type: response.headers.get('content-type'), text: await response.text() }
    }
    const mine = JSON.parse((await get(`/providers/${cid}`)).text) as { Providers: { ID: string; Addrs: string[] }[] }
    expect(mine.Providers).toMatchObject([{ Schema: 'peer', Protocols: ['transport-bitswap'] }])
    expect(JSON.parse((await get(`/peers/${mine.Providers[0]!.ID}`)).text)).toEqual({ Peers: mine.Providers })
    expect(await get('/providers/bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy')).toMatchObject({ status: 200, text: '{"Providers":[]}' })
    expect(await get('/providers/bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy', 'application/x-ndjson')).toMatchObject({ status: 200, type: 'application/x-ndjson', text: '' })
    expect((await get('/providers/x')).status).toBe(422)
    expect((await get('/peers/x')).status).toBe(422)
    expect((await get(`/dht/closest/peers/${cid}`)).status).toBe(501)
    expect((await get('/nothing')).status).toBe(400)
  })

  test('a domain leads where the domain name system says, or where the operator does', async () => {
    expect(await ask(server, '/ipns/site.example/sub/a%20b.txt')).toMatchObject({ status: 200, text: 'below' })
    expect(await ask(server, '/a%20b.txt', { host: 'by--hand-example.ipns.gw.example' })).toMatchObject({ status: 200, text: 'below' })
    expect(await ask(server, '/ipns/by-hand.example/a%20b.txt')).toMatchObject({ status: 200, text: 'below' })
    expect(await ask(server, '/ipns/by-hand.example/index.html')).toMatchObject({ status: 404 })
    expect(dns.asked).toEqual(['_dnslink.site.example'])
    expect(await ask(server, '/ipns/nobody.example')).toMatchObject({ status: 502, text: expect.stringContaining('neither _dnslink.nobody.example nor nobody.example has a TXT record') })
  })

  test('a domain of the operator is a site, with redirects of its own', async () => {
    const host = 'site.example:8080'
    expect(await ask(server, '/', { host })).toMatchObject({ status: 200, text: 'home' })
    expect(await ask(server, '/old/a%20b.txt?x=y', { host })).toMatchObject({ status: 302, location: '/sub/a%20b.txt?x=y' })
    expect(await ask(server, '/api/v1/instance', { host })).toMatchObject({ status: 404, text: 'home' })
    expect(await ask(server, '/', { host: 'none.sites.example' })).toMatchObject({ status: 502 })
  })

  test('as a proxy it answers for its own hosts, and opens no way to others', async () => {
    const own = `${cid}.ipfs.gw.example`
    const get = (url: string, host: string) => `GET ${url} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`
    expect(await say(server, get(`http://${own}/index.html`, 'elsewhere.example'))).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*home$/)
    expect(await say(server, get('http://site.example/', 'site.example'))).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*home$/)
    for (const url of ['http://elsewhere.example/', `http://elsewhere.example/ipfs/${cid}/`, 'http://169.254.169.254/latest/meta-data']) {
      expect(await say(server, get(url, own))).toMatch(/^HTTP\/1.1 421 [^]*answers for its own hosts alone/)
    }
    const tunnel = (to: string, then: string) => `CONNECT ${to} HTTP/1.1\r\nHost: ${to}\r\n\r\n${then}`
    expect(await say(server, tunnel(`${own}:80`, get('/index.html', own)))).toMatch(/^HTTP\/1.1 200 Connection Established\r\n\r\nHTTP\/1.1 200 OK\r\n[^]*home$/)
    expect(await say(server, tunnel(new URL(server.url).host, get(`http://${own}/`, own)))).toMatch(/Established\r\n\r\nHTTP\/1.1 200 OK\r\n[^]*home$/)
    expect(await say(server, tunnel('elsewhere.example:443', 'x'))).toMatch(/^HTTP\/1.1 421 Misdirected Request\r\n[^]*own hosts alone/)
  })

  test('what a proxy forwards is believed only where the operator names it', async () => {
    const forwarded = { host: 'inner.example', 'x-forwarded-host': 'gw.example', 'x-forwarded-proto': 'https' }
    expect(await ask(server, `/ipfs/${cid}/sub/a%20b.txt`, forwarded)).toMatchObject({ status: 200, text: 'below' })
    await server.killAndRestart({ THOLE_TRUSTED_PROXIES: '127.0.0.1' })
    expect((await ask(server, `/ipfs/${cid}/sub/a%20b.txt?x=y`, forwarded)).location).toBe(`https://${cid}.ipfs.gw.example/sub/a%20b.txt?x=y`)
    expect((await ask(server, '/ipns/site.example/', { ...forwarded, 'x-forwarded-proto': 'http' })).location).toBe('http://site-example.ipns.gw.example/')
  })

  test('one address has so many names, and so many tries a minute', async () => {
    const statuses: number[] = []
    while (statuses.at(-1) !== 429 && statuses.length < 60) {
      const { name, sign } = await newOwner()
      const response = await put(server, name.text, await sign())
      statuses.push(response.status)
      if (response.status === 429) expect(response.headers.get('retry-after')).toMatch(/^\d+$/)
    }
    const count = (status: number) => statuses.filter((one) => one === status).length
    expect([count(200), count(429)]).toEqual([5, 1])
    expect(count(507)).toBe(statuses.length - 6)
    expect(count(507)).toBeGreaterThan(5)
  })
})

describe('names in the DHT', () => {
  let peers: DhtPeer[]
  const servers: TestServer[] = []
  const start = async (peer: DhtPeer) => {
    const server = await startServer({ THOLE_NETWORK: 'public', THOLE_SWARM: '/ip4/127.0.0.1/tcp/0', THOLE_DIAL_PRIVATE: 'true', THOLE_BOOTSTRAP: peer.address, THOLE_DNS: 'none' })
    servers.push(server)
    const api = client(server.url, await server.createKey(['admin']))
    await eventually(async () => (await api.json('/api/v1/network')).body.dht as number, (known) => known > 0)
    return server
  }

  beforeAll(async () => {
    peers = await startDht(4)
  })
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()))
    await Promise.all(peers.map((peer) => peer.close()))
  })

  test('what one server was told, another finds', async () => {
    const [one, other] = [await start(peers[0]!), await start(peers[1]!)]
    const owner = await newOwner()
    const path = `/ipns/${owner.name.text}`
    await publish(one, owner, { value: '/ipfs/bafkqablimvwgy3y', ttl: 1_000 })
    // Whoever asks before the network was told is told for some seconds that there is none.
    await setTimeout(2_500)
    expect(await eventually(() => ask(other, path), ({ status }) => status === 200, 40_000)).toMatchObject({ text: 'hello' })
  }, 60_000)
})
