import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { car, client, rawBlock, type Client } from '../support/api.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none' })
})
afterAll(() => server?.stop())

interface Upload {
  cid: string
  name: string
  created: string
}

let members = 0
/** Somebody with a few uploads of their own. */
async function member(names: readonly string[]): Promise<Client & { sent: string[]; key: string }> {
  const key = await server.createKey(undefined, `member${members++}@example.org`)
  const api = client(`${server.url}/web3`, key)
  const sent: string[] = []
  for (const name of names) {
    const block = rawBlock(Buffer.from(`of ${members} ${name}`))
    const { body } = await api.json('/car', { method: 'POST', body: car([block.cid], [block]) as BodyInit, headers: { 'x-name': encodeURIComponent(name) } })
    sent.push(body.cid)
  }
  return { ...api, sent, key }
}

const rels = (header: string | null) => Object.fromEntries([...(header ?? '').matchAll(/<([^>]+)>; rel="(\w+)"/g)].map(([, url, rel]) => [rel, url]))
const namesOf = (uploads: Upload[]) => uploads.map(({ name }) => name)

test('by date: newest first, page after page, none twice and none left out', async () => {
  const many = Array.from({ length: 23 }, (_, i) => `n${i}`)
  const { json, sent } = await member(many)
  const seen: Upload[] = []
  let next: string | undefined = '/user/uploads?size=5'
  const sizes: number[] = []
  while (next !== undefined) {
    const { body, headers, status } = await json(next)
    expect([status, headers.get('count'), headers.get('size'), headers.get('page')]).toEqual([200, '23', '5', null])
    sizes.push(body.length)
    seen.push(...body)
    next = rels(headers.get('link')).next
    if (next) expect(next).toMatch(/^\/user\/uploads\?size=5&before=/)
  }
  expect(sizes).toEqual([5, 5, 5, 5, 3])
  expect(seen.map(({ cid }) => cid)).toEqual(sent.toReversed())
  expect(new Set(seen.map(({ created }) => created)).size).toBe(23)
  // Without a size there is no link, and the default is 25.
  const plain = await json('/user/uploads')
  expect([plain.body.length, plain.headers.get('link'), plain.headers.get('size')]).toEqual([23, null, null])
  // A page that is full to the last is the last.
  expect((await json('/user/uploads?size=23')).headers.get('link')).toBeNull()
})

test('by date: what is finer than a millisecond passes nothing over, and a plus may come as a space', async () => {
  const { json, sent } = await member(['a', 'b', 'c'])
  const [, b] = (await json('/user/uploads')).body as Upload[]
  const before = async (text: string) => ((await json(`/user/uploads?before=${text}`)).body as Upload[]).map(({ cid }) => cid)
  expect(await before(b!.created)).toEqual([sent[0]])
  expect(await before(b!.created.replace('Z', '000+00:00'))).toEqual([sent[0]])
  expect(await before(b!.created.replace('Z', '500Z'))).toEqual([sent[1], sent[0]])
  expect(await before(b!.created.slice(0, 10))).toEqual([])
})

test('by pages: in the order of names or dates, with links to all ends', async () => {
  const { json } = await member(['delta', 'alpha', 'charlie', 'bravo', 'Zulu'])
  const page = (query: string) => json(`/user/uploads?${query}`)
  const first = await page('page=1&size=2&sortBy=Name&sortOrder=Asc')
  expect(namesOf(first.body)).toEqual(['Zulu', 'alpha'])
  expect([first.headers.get('count'), first.headers.get('size'), first.headers.get('page')]).toEqual(['5', '2', '1'])
  expect(rels(first.headers.get('link'))).toEqual({
    next: '/user/uploads?size=2&page=2&sortBy=Name&sortOrder=Asc',
    last: '/user/uploads?size=2&page=3&sortBy=Name&sortOrder=Asc',
    first: '/user/uploads?size=2&page=1&sortBy=Name&sortOrder=Asc',
  })
  const last = await json(rels(first.headers.get('link')).last!)
  expect(namesOf(last.body)).toEqual(['delta'])
  expect(Object.keys(rels(last.headers.get('link')))).toEqual(['last', 'first', 'previous'])
  expect(namesOf((await page('page=1&sortBy=Name')).body)).toEqual(['delta', 'charlie', 'bravo', 'alpha', 'Zulu'])
  expect(namesOf((await page('page=1&sortBy=Date&sortOrder=Asc')).body)).toEqual(['delta', 'alpha', 'charlie', 'bravo', 'Zulu'])
  expect(namesOf((await page('page=2&size=3')).body)).toEqual(['alpha', 'delta'])
  expect(await page('page=4&size=2')).toMatchObject({ status: 416, body: { code: 'ERROR_RANGE_NOT_SATISFIABLE' } })
})

test.each(['size=0', 'size=1001', 'size=x', 'size=-1', 'size=1.5', 'before=x', 'before=undefined', 'page=0', 'page=x', 'page=1&sortBy=Size', 'page=1&sortOrder=Up', 'sortBy=constructor', `before=${'9'.repeat(500)}`])('?%s is refused', async (query) => {
  const { json } = await member([])
  expect(await json(`/user/uploads?${query}`)).toMatchObject({ status: 400, body: { code: 'HTTP_ERROR' } })
})

test('nobody sees, renames or removes what is another\'s, whose dates say nothing here', async () => {
  const [one, two] = [await member(['mine']), await member(['yours'])]
  const cid = one.sent[0]!
  expect(await two.json(`/user/uploads/${cid}`)).toMatchObject({ status: 404 })
  expect(await two.post(`/user/uploads/${cid}/rename`, { name: 'stolen' })).toMatchObject({ status: 404 })
  expect(await two.json(`/user/uploads/${cid}`, { method: 'DELETE' })).toMatchObject({ status: 404 })
  const theirs = ((await one.json('/user/uploads')).body as Upload[])[0]!.created
  for (const upload of (await two.json(`/user/uploads?size=5&before=${theirs}`)).body as Upload[]) expect(two.sent).toContain(upload.cid)
  expect((await one.json(`/user/uploads/${cid}`)).body.name).toBe('mine')
})

describe('one entry', () => {
  test('is renamed, by whatever spelling of its CID', async () => {
    const { post, json, sent } = await member(['old'])
    expect(await post(`/user/uploads/${sent[0]}/rename`, { name: 'new – name' })).toMatchObject({ status: 200, body: { name: 'new – name' } })
    expect((await json('/user/uploads')).body[0].name).toBe('new – name')
    const elsewhere = await json(`/user/uploads/${sent[0]!.toUpperCase().replace('B', 'B')}`)
    expect(elsewhere.body.name).toBe('new – name')
    expect(await post(`/user/uploads/${sent[0]}/rename`, { name: 'x'.repeat(10_240) })).toMatchObject({ status: 400, body: { code: 'HTTP_ERROR' } })
    expect(await post(`/user/uploads/${sent[0]}/rename`, { name: '' })).toMatchObject({ status: 400 })
  })

  test('keeps its name where it comes again without one; by whatever door it is one upload', async () => {
    const { upload, json, key, sent } = await member([])
    const own = client(server.url, key)
    const first = await upload('again', '/upload?name=ignored')
    const again = await own.upload('again', '/api/v1/uploads?name=named&profile=web3-storage')
    expect(again.body.roots[0].cid).toBe(first.body.cid)
    await upload('again', '/upload')
    expect(sent).toEqual([])
    expect(namesOf((await json('/user/uploads')).body)).toEqual(['named'])
    expect((await own.json('/api/v1/uploads')).body.count).toBe(3)
  })

  test('goes with all its uploads and what they hold, and comes back when it is sent again', async () => {
    const { upload, json, key } = await member([])
    const own = client(server.url, key)
    const cid = (await upload('goes', '/upload')).body.cid
    await upload('goes', '/upload')
    const { created } = (await json(`/user/uploads/${cid}`)).body
    expect((await json('/user/account')).body).toEqual({ usedStorage: { uploaded: 4, psaPinned: 0, total: 4 } })
    expect(await json(`/user/uploads/${cid}`, { method: 'DELETE' })).toMatchObject({ status: 200, body: { _id: cid } })
    expect(await json(`/user/uploads/${cid}`, { method: 'DELETE' })).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } })
    expect((await json('/user/uploads')).body).toEqual([])
    expect((await json('/user/account')).body.usedStorage.total).toBe(0)
    expect([(await own.json('/api/v1/uploads')).body.count, (await own.json('/psa/pins')).body.count]).toEqual([0, 0])
    expect((await json(`/status/${cid}`)).status).toBe(404)
    await upload('goes', '/upload')
    expect(Date.parse((await json(`/user/uploads/${cid}`)).body.created)).toBeGreaterThan(Date.parse(created))
  })

  test('goes from the list by the other doors too', async () => {
    const { upload, json, key } = await member([])
    const own = client(server.url, key)
    await upload('by id', '/upload')
    await upload('by id', '/upload')
    const { uploads } = (await own.json('/api/v1/uploads')).body
    expect((await own.call(`/api/v1/uploads/${uploads[0].id}`, { method: 'DELETE' })).status).toBe(204)
    expect((await json('/user/uploads')).body).toHaveLength(1)
    expect((await own.call(`/api/v1/uploads/${uploads[1].id}`, { method: 'DELETE' })).status).toBe(204)
    expect((await json('/user/uploads')).body).toEqual([])
  })
})

test('tokens are made, listed without their secret, and revoked', async () => {
  const { post, json } = await member([])
  const made = await post('/user/tokens', { name: 'laptop' })
  expect(made).toMatchObject({ status: 201, body: { _id: expect.any(String), name: 'laptop', secret: expect.any(String) } })
  const other = client(`${server.url}/web3`, made.body.secret)
  expect((await other.upload('by another key', '/upload')).status).toBe(200)
  const listed = (await json('/user/tokens')).body as { _id: string; name: string; secret?: string }[]
  expect(listed.map(({ name }) => name)).toContain('laptop')
  expect(listed.every(({ secret }) => secret === undefined)).toBe(true)
  expect(await json(`/user/tokens/${made.body._id}`, { method: 'DELETE' })).toMatchObject({ status: 200, body: { _id: made.body._id } })
  expect(await other.json('/user/tokens')).toMatchObject({ status: 401, body: { code: 'ERROR_TOKEN_NOT_FOUND' } })
  expect(await json('/user/tokens/nothing', { method: 'DELETE' })).toMatchObject({ status: 404 })
  expect(await post('/user/tokens', { name: 7 })).toMatchObject({ status: 400 })
})

test('what was asked for by a form is there already', async () => {
  const { post } = await member([])
  expect(await post('/user/request', { tagName: 'HasPsaAccess', requestedTagValue: 'true', userProposalForm: '[]' })).toMatchObject({ status: 200, body: true })
  expect(await post('/user/request', { tagName: 'toString' })).toMatchObject({ status: 400, body: { code: 'HTTP_ERROR' } })
})

test('/pins is the one pinning service', async () => {
  const { post, json, call, key } = await member([])
  const made = await post('/pins', { cid: 'bafkqabdumvzxi', name: 'pinned here' })
  expect(made).toMatchObject({ status: 202, body: { status: 'pinned', requestid: expect.any(String), pin: { cid: 'bafkqabdumvzxi', name: 'pinned here' } } })
  expect((await client(server.url, key).json('/psa/pins')).body.count).toBe(1)
  expect((await json('/user/pins')).body.count).toBe(1)
  expect(await json('/pins/nothing')).toMatchObject({ status: 404, body: { error: { reason: 'NOT_FOUND' } } })
  expect((await fetch(`${server.url}/web3/pins`)).status).toBe(401)
  expect((await call(`/pins/${made.body.requestid}`, { method: 'DELETE' })).status).toBe(202)
})
