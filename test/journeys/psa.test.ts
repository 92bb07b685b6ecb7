import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { client, eventually, pattern, rawBlock, type Client } from '../support/api.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let api: Client
const nobodyHas = rawBlock(Buffer.from('nobody has these bytes')).cid.toString()

beforeAll(async () => {
  server = await startServer({ THOLE_FETCH_DEADLINE: '4' })
  api = client(server.url, await server.createKey())
})
afterAll(() => server?.stop())

describe('pins of what is here', () => {
  test('answers pinned at once, with delegates that end in a peer id', async () => {
    const { body } = await api.upload(pattern(3_000_000), '/api/v1/uploads?pin=false')
    const cid = body.roots[0].cid
    const added = await api.post('/psa/pins', { cid, name: 'mine', meta: { app: 'test' }, origins: ['/ip4/1.2.3.4/tcp/1/p2p/nonsense', 'garbage'] })
    expect(added.status).toBe(202)
    expect(added.body).toMatchObject({ status: 'pinned', pin: { cid, name: 'mine', meta: { app: 'test' } }, info: { dag_size: expect.any(String) } })
    expect(added.body.delegates.length).toBeGreaterThan(0)
    for (const delegate of added.body.delegates) expect(delegate).toMatch(/\/p2p\/\w+$/)
    expect(added.body.created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect((await api.json(`/psa/pins/${added.body.requestid}`)).body).toEqual(added.body)
  })

  test('a part of what is stored is stored, and an identity CID needs nothing', async () => {
    const { body } = await api.upload(pattern(2_500_000, 3))
    const block = await fetch(`${server.url}/ipfs/${body.roots[0].cid}?format=raw`)
    const { links, parseCid } = await import('@thole/dag')
    const [leaf] = links(parseCid(body.roots[0].cid), new Uint8Array(await block.arrayBuffer()))
    expect((await api.post('/psa/pins', { cid: leaf!.toString() })).body.status).toBe('pinned')
    expect((await api.post('/psa/pins', { cid: 'bafkqaaa' })).body.status).toBe('pinned')
  })

  test('the mounts of other documents', async () => {
    for (const mount of ['/api/pinning', '/pinning/api/v1', '/psa/']) expect((await api.json(`${mount}/pins?limit=1`)).status).toBe(200)
  })
})

describe('lists', () => {
  test('25 pins, walked as Kubo walks them, each once; every filter; replace and delete', async () => {
    const owner = client(server.url, await server.createKey(undefined, 'lists@example.org'))
    const { body } = await owner.upload('listed', '/api/v1/uploads?pin=false')
    const cid = body.roots[0].cid
    const ids: string[] = []
    await Promise.all(Array.from({ length: 25 }, async (_, i) => {
      const added = await owner.post('/psa/pins', { cid, name: `pin-${i}_100%`, meta: { even: String(i % 2 === 0), i: String(i) } })
      ids.push(added.body.requestid)
    }))
    const walked: { requestid: string; created: string; pin: { name: string } }[] = []
    for (let before = '', count = 1; walked.length < count || before === ''; ) {
      const page = await owner.json(`/psa/pins?limit=10${before && `&before=${encodeURIComponent(before)}`}`)
      if (before === '') count = page.body.count
      expect(page.body.count).toBe(25 - walked.length)
      walked.push(...page.body.results)
      before = page.body.results.at(-1).created
    }
    expect(new Set(walked.map(({ requestid }) => requestid))).toEqual(new Set(ids))
    expect(walked.map(({ created }) => created)).toEqual(walked.map(({ created }) => created).toSorted().reverse())
    expect(new Set(walked.map(({ created }) => created)).size).toBe(25)

    const count = async (query: string) => (await owner.json(`/psa/pins?${query}`)).body.count
    expect(await count(`cid=${cid}&limit=1`)).toBe(25)
    expect(await count('status=queued%2Cfailed')).toBe(0)
    expect(await count('name=pin-7_100%25')).toBe(1)
    expect(await count('name=PIN-7_100%25&match=iexact')).toBe(1)
    expect(await count('name=_100%25&match=partial')).toBe(25)
    expect(await count('name=%25_&match=partial')).toBe(0)
    expect(await count(`meta=${encodeURIComponent('{"even":"true"}')}`)).toBe(13)
    expect(await count(`meta[even]=true&meta[i]=4`)).toBe(1)
    expect(await count(`after=${walked[10]!.created}`)).toBe(10)
    expect(await count(`after=${walked[10]!.created}&before=${walked[5]!.created}`)).toBe(4)

    const old = walked[0]!
    const replaced = await owner.post(`/psa/pins/${old.requestid}`, { cid, name: 'anew' })
    expect(replaced.status).toBe(202)
    expect(replaced.body).toMatchObject({ status: 'pinned', pin: { cid, name: 'anew' } })
    expect((await owner.json(`/psa/pins/${old.requestid}`)).status).toBe(404)
    const gone = await owner.call(`/psa/pins/${replaced.body.requestid}`, { method: 'DELETE' })
    expect([gone.status, await gone.text()]).toEqual([202, ''])
    expect((await owner.call(`/psa/pins/${replaced.body.requestid}`, { method: 'DELETE' })).status).toBe(404)
    expect(await count('limit=1')).toBe(24)
    expect((await api.json(`/psa/pins/${walked[3]!.requestid}`)).status).toBe(404)
  })

  test.each(['limit=0', 'limit=1001', 'limit=abc', 'status=lost', 'match=like&name=a', 'before=yesterday', 'cid=nonsense', 'meta=map[a:b]', `cid=${Array.from({ length: 11 }, (_, i) => rawBlock(Buffer.from([i])).cid).join(',')}`])('%s is a bad request', async (query) => {
    const { status, body } = await api.json(`/psa/pins?${query}`)
    expect(status).toBe(400)
    expect(body.error).toEqual({ reason: expect.any(String), details: expect.any(String) })
  })
})

describe('pins of what is not here', () => {
  test('a reason while it waits, failed at the deadline, and it can be deleted', async () => {
    const added = await api.post('/psa/pins', { cid: nobodyHas, origins: ['/ip4/127.0.0.1/tcp/9/p2p/12D3KooWEjjPP3h1BFSw5bsVqc4fPdvySmAGiC4yDVhKVvwuFTyK'] })
    expect(added.status).toBe(202)
    expect(['queued', 'pinning']).toContain(added.body.status)
    expect(added.body.info.status_details).toBeTruthy()
    const ask = async () => (await api.json(`/psa/pins/${added.body.requestid}`)).body
    const told = await eventually(ask, ({ info }) => info.status_details.includes('/tcp/9'))
    expect(['queued', 'pinning', 'failed']).toContain(told.status)
    const failed = await eventually(ask, ({ status }) => status === 'failed')
    expect(failed.info.status_details).toMatch(/deadline.*\/tcp\/9/i)
    expect(failed.info.status_details).not.toMatch(/next try/i)
    expect((await api.json(`/psa/pins?cid=${nobodyHas}`)).body.count).toBe(0)
    expect((await api.call(`/psa/pins/${added.body.requestid}`, { method: 'DELETE' })).status).toBe(202)
  })

  test.each([
    ['not a CID', 'hello', 'INVALID_CID'],
    ['an IPNS name', 'k51qzi5uqu5djokp3m1keo36hoxtd6u3a1d2rg1camf6al7p3huy63dojlm57c', 'INVALID_CID'],
    ['another codec', 'bagiacgzah24drzou2jlkixpblbgbg6nxfrasoklzttzoht5hixhxz3rlncyq', 'UNSUPPORTED_CODEC'],
  ])('%s', async (_name, cid, reason) => {
    const { status, body } = await api.post('/psa/pins', { cid })
    expect([status, body.error.reason]).toEqual([400, reason])
  })

  test.each([
    ['no cid', {}],
    ['a long name', { cid: nobodyHas, name: 'x'.repeat(256) }],
    ['meta with numbers', { cid: nobodyHas, meta: { a: 1 } }],
    ['origins that are no list', { cid: nobodyHas, origins: 'here' }],
  ])('%s', async (_name, body) => {
    expect((await api.post('/psa/pins', body)).body.error.reason).toBe('BAD_REQUEST')
  })
})

describe('who is calling', () => {
  test('no key, a wrong one, a revoked one', async () => {
    const bare = await fetch(`${server.url}/psa/pins`)
    expect([bare.status, ((await bare.json()) as any).error.reason]).toEqual([401, 'UNAUTHORIZED'])
    expect((await client(server.url, 'purposefullyInvalid').json('/psa/pins')).status).toBe(401)
    const key = await server.createKey()
    const mine = client(server.url, key)
    const { body } = await mine.json('/api/v1/keys')
    const row = body.keys.find(({ tail }: { tail: string }) => key.endsWith(tail))
    expect((await mine.call(`/api/v1/keys/${row.id}`, { method: 'DELETE' })).status).toBe(204)
    expect((await mine.json('/psa/pins')).status).toBe(401)
    expect((await api.json('/psa/pins')).status).toBe(200)
  })

  test('browsers of other origins may ask', async () => {
    const preflight = await fetch(`${server.url}/psa/pins`, { method: 'OPTIONS', headers: { origin: 'https://app.example', 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type' } })
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, '*'])
  })
})
