import { CID } from 'multiformats/cid'
import { base36 } from 'multiformats/bases/base36'
import { base58btc } from 'multiformats/bases/base58'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { client, rawBlock, type Client } from '../support/api.ts'
import { anyStatus, countOf, inlineCid, kuboPages, listAll, several, type Pin } from '../support/psa.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
/** Has 25 pins, numbered in the order in which they were made. */
let few: Client
/** Has 2,500. */
let many: Client
let pins: Pin[]
const names = Array.from({ length: 25 }, (_, i) => `pin ${String(i).padStart(2, '0')}`)
const newestFirst = names.toReversed()
const waiting = rawBlock(Buffer.from('a list waits for this')).cid.toString()

beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none' })
  const keys = await Promise.all(['few@example.org', 'many@example.org'].map((account) => server.createKey(undefined, account)))
  ;[few, many] = keys.map((key) => client(server.url, key)) as [Client, Client]
  pins = []
  for (const [i, name] of names.entries()) pins.push((await few.post('/psa/pins', { cid: inlineCid(name), name, meta: { even: String(i % 2 === 0), i: String(i) } })).body)
  await several(2500, 50, (i) => many.post('/psa/pins', { cid: 'bafkqaaa', name: `pin ${i}` }))
}, 120_000)
afterAll(() => server?.stop())

const namesOf = (list: Pin[]) => list.map(({ pin }) => pin.name)
const page = async (query: string) => (await few.json(`/psa/pins?${query}`)).body as { count: number; results: Pin[] }
const isRefused = async (query: string) => {
  const { status, body } = await few.json(`/psa/pins?${query}`)
  expect([query, status, body.error]).toEqual([query, 400, { reason: expect.stringMatching(/^(BAD_REQUEST|INVALID_CID)$/), details: expect.any(String) }])
}

describe('pages', () => {
  test('row 12: newest first', async () => {
    expect(namesOf((await page('limit=1000')).results)).toEqual(newestFirst)
  })

  test('row 13: ten where nothing is said; 1 and 1000 are taken, what is beyond is not', async () => {
    expect(namesOf((await page('')).results)).toEqual(newestFirst.slice(0, 10))
    expect(namesOf((await page('limit=1')).results)).toEqual(newestFirst.slice(0, 1))
    expect((await many.json('/psa/pins?limit=1000')).body.results).toHaveLength(1000)
    for (const limit of ['0', '-1', '1001', 'abc', '1.5', '1e2', '0x10', '+5', '%2B5', '99999999999999999999', '1,2']) await isRefused(`limit=${limit}`)
  })

  test.each([25, 2500])('rows 14, 16: %i pins, walked as Kubo walks them: each once, and every count is right', async (total) => {
    const api = total === 25 ? few : many
    let seen = 0
    const ids = new Set<string>()
    for await (const { count, results } of kuboPages(api)) {
      expect(count).toBe(total - seen)
      seen += results.length
      for (const { requestid } of results) ids.add(requestid)
    }
    expect([seen, ids.size]).toEqual([total, total])
  })

  test('rows 14, 16: while new pins arrive', async () => {
    const before = await listAll(many, 'status=pinned', 1000)
    let walking = true
    const arriving = several(3, 3, async () => {
      while (walking) await many.post('/psa/pins', { cid: 'bafkqaaa', name: 'new' })
    })
    const walked = await listAll(many, anyStatus, 100)
    walking = false
    await arriving
    const old = walked.filter(({ pin }) => pin.name !== 'new')
    expect(old.map(({ requestid }) => requestid)).toEqual(before.map(({ requestid }) => requestid))
    expect(new Set(walked.map(({ requestid }) => requestid)).size).toBe(walked.length)
    expect(await countOf(many, 'name=new')).toBeGreaterThan(0)
  })

  test('row 14: `count` goes by every filter and by no limit', async () => {
    const [first, last] = [pins[5]!.created, pins[15]!.created]
    expect(await page(`limit=1&before=${last}`)).toMatchObject({ count: 15, results: [{ pin: { name: names[14] } }] })
    expect(await page(`limit=1&after=${first}`)).toMatchObject({ count: 19 })
    expect(await page(`limit=2&after=${first}&before=${last}`)).toMatchObject({ count: 9, results: [{ pin: { name: names[14] } }, { pin: { name: names[13] } }] })
    expect(await page(`limit=1&after=${first}&before=${last}&meta[even]=true`)).toMatchObject({ count: 5 })
    expect(await page(`limit=1&before=${first}&after=${last}`)).toEqual({ count: 0, results: [] })
  })

  test('row 15: strictly before and strictly after, in any spelling of the time', async () => {
    const { created } = pins[10]!
    const at = Date.parse(created)
    const local = new Date(at + 3_600_000).toISOString().replace('Z', '%2B01:00')
    const spelled = [created, created.toLowerCase(), created.replace('Z', '000000Z'), created.replace(/0*Z$/, 'Z').replace('.Z', 'Z'), local, local.replace('%2B', '+'), created.replace('Z', '-00:00')]
    for (const text of spelled) expect([await countOf(few, `before=${text}`), await countOf(few, `after=${text}`)]).toEqual([10, 14])
    const nextMs = new Date(at + 1).toISOString()
    expect(await countOf(few, `before=${created.replace('Z', '001Z')}`)).toBe(11)
    expect(await countOf(few, `before=${nextMs}`)).toBe(11)
    expect(await countOf(few, `before=9999-12-31T23:59:60Z`)).toBe(25)
    expect(await countOf(few, `after=0000-01-01T00:00:00Z`)).toBe(25)
    expect(await countOf(few, `after=9999-12-31T23:59:59Z`)).toBe(0)
    for (const text of ['yesterday', '2025-02-29T00:00:00Z', '2025-01-01T25:00:00Z', '2025-01-01', '1735787045', '2025-01-01T00:00:00', '10000-01-01T00:00:00Z']) {
      await isRefused(`before=${text}`)
      await isRefused(`after=${text}`)
    }
  })
})

describe('filters', () => {
  let owner: Client
  const add = async (body: object): Promise<Pin> => (await owner.post('/psa/pins', body)).body
  const matching = async (name: string, match: string) => namesOf((await owner.json(`/psa/pins?limit=100&match=${match}&name=${encodeURIComponent(name)}`)).body.results as Pin[])

  beforeAll(async () => {
    owner = client(server.url, await server.createKey(undefined, 'filters@example.org'))
    await add({ cid: waiting, name: 'waiting', meta: { app: 'a' } })
  })

  test('row 17: without a status only what is pinned, whatever else is asked for', async () => {
    for (const query of ['', `cid=${waiting}`, 'name=waiting', 'meta[app]=a', `after=2000-01-01T00:00:00Z`, `name=waiting&cid=${waiting}&status=`]) {
      expect((await owner.json(`/psa/pins?${query}`)).body, query).toEqual({ count: 0, results: [] })
    }
    expect(await countOf(owner, `cid=${waiting}&${anyStatus}`)).toBe(1)
  })

  test('row 18: statuses in one parameter or in several, split after decoding', async () => {
    for (const query of ['status=queued%2Cpinning', 'status=pinned,pinning,queued', 'status=pinning&status=queued', 'status=queued,,queued,pinning,', 'status=failed%2Cqueued&status=pinning']) {
      expect(await countOf(owner, `name=waiting&${query}`), query).toBe(1)
    }
    expect(await countOf(owner, 'name=waiting&status=pinned%2Cfailed')).toBe(0)
    for (const status of ['queued', 'pinning', 'pinned', 'failed']) {
      for (const pin of await listAll(owner, `status=${status}`)) expect(pin.status).toBe(status)
    }
    for (const status of ['lost', 'pinned,lost', 'Pinned', 'pinned%20', '%00']) await isRefused(`status=${status}`)
  })

  test('row 19: CIDs by what they mean: one to ten of them', async () => {
    const v0 = 'QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn'
    const v1 = CID.parse(v0).toV1()
    const raw = CID.parse(waiting)
    await add({ cid: v0, name: 'v0' })
    const found = async (cids: string) => (await owner.json(`/psa/pins?${anyStatus}&cid=${cids}`)).body.count
    for (const text of [v0, v1.toString(), v1.toString(base36), v1.toString(base58btc)]) expect(await found(text)).toBe(1)
    for (const text of [raw.toString(base36), raw.toString(base58btc)]) expect(await found(text)).toBe(1)
    expect(await found(`${v0}%2C${waiting}`)).toBe(2)
    expect(await found(`${v0}&cid=${waiting}`)).toBe(2)
    const ten = Array.from({ length: 9 }, (_, i) => inlineCid(String(i)))
    expect(await found([...ten, v0].join(','))).toBe(1)
    await isRefused(`cid=${[...ten, v0, waiting].join(',')}`)
    for (const cid of ['nonsense', `${v0},nonsense`, `${v0}%00`, 'k51qzi5uqu5dlvj2baxnqndepeb86cbk3ng7n3i46uzyxzyqj2xjonzllnv0v8']) await isRefused(`cid=${cid}`)
  })

  test('row 21: every character of a name stands for itself', async () => {
    const odd = ['50%', '50x', 'a_b', 'aXb', String.raw`a\b`, "it's", '"quoted"', '🦊 fox', '*', '[a-z]', '?', '(', '--', ';', ' ', '  ', '+', 'a/b', '%25', 'tab\there', 'line\nend', 'ﬀ', '‮right to left', 'e\u0301', 'é']
    for (const name of odd) await add({ cid: inlineCid('odd'), name })
    for (const name of odd) {
      expect(await matching(name, 'exact'), name).toEqual([name])
      expect(await matching(name, 'iexact'), name).toContain(name)
      const containing = (text: string) => odd.filter((other) => other.includes(text)).toReversed()
      expect(await matching(name, 'partial'), name).toEqual(containing(name))
      expect(await matching(name, 'ipartial'), name).toEqual(expect.arrayContaining(containing(name)))
    }
    expect(await matching('%', 'partial')).toEqual(['%25', '50%'])
    expect(await matching('_', 'ipartial')).toEqual(['a_b'])
  })

  test('row 21: case, beyond ASCII too', async () => {
    const cased = ['Straße', 'STRASSE', 'ΣΊΣΥΦΟΣ', 'σίσυφος', 'Ünïcödé', 'ÜNÏCÖDÉ', 'Привет', 'ПРИВЕТ', 'plain', 'PLAIN']
    for (const name of cased) await add({ cid: inlineCid('cased'), name })
    const both = (i: number) => [cased[i + 1], cased[i]]
    for (const [i, name] of cased.entries()) {
      expect(await matching(name, 'exact')).toEqual([name])
      expect(await matching(name, 'iexact')).toEqual(both(i - (i % 2)))
      expect(await matching(name.slice(1), 'ipartial'), name).toEqual(both(i - (i % 2)))
      expect(await matching(name.slice(1), 'partial')).toEqual([name])
    }
  })

  test('row 21: an unknown match is refused, a match without a name is nothing', async () => {
    for (const match of ['like', 'EXACT', 'regex', 'exact,partial']) await isRefused(`name=a&match=${match}`)
    const all = await countOf(owner, '')
    for (const match of ['exact', 'partial', 'iexact', 'ipartial']) expect(await countOf(owner, `match=${match}`)).toBe(all)
    await isRefused(`name=${'x'.repeat(256)}`)
    await isRefused('name=a%00b')
  })

  test('row 22: what is empty is not given; both spellings of a space; a slash of a name survives', async () => {
    const all = await countOf(owner, '')
    expect(await countOf(owner, 'name=&status=&cid=&meta=&before=&after=&match=&limit=')).toBe(all)
    const name = 'policy/12D3KooW a+b/mfs'
    await add({ cid: inlineCid('policy'), name })
    for (const text of ['policy%2F12D3KooW%20a%2Bb%2Fmfs', 'policy/12D3KooW+a%2Bb/mfs']) expect(await countOf(owner, `name=${text}&${anyStatus}`)).toBe(1)
  })

  test('row 23: meta as JSON and in brackets: all the pairs, and their very values', async () => {
    await add({ cid: inlineCid('m1'), meta: { app: 'one', env: 'test', 'a key': 'ä "quoted" {value}' } })
    await add({ cid: inlineCid('m2'), meta: { app: 'one', env: 'prod', empty: '' } })
    const json = (meta: object) => countOf(owner, `meta=${encodeURIComponent(JSON.stringify(meta))}`)
    expect(await json({ app: 'one' })).toBe(2)
    expect(await json({ app: 'one', env: 'test' })).toBe(1)
    expect(await json({ app: 'One' })).toBe(0)
    expect(await json({ app: 'on' })).toBe(0)
    expect(await json({ app: 'one', missing: 'x' })).toBe(0)
    expect(await json({ 'a key': 'ä "quoted" {value}' })).toBe(1)
    expect(await json({ empty: '' })).toBe(1)
    expect(await json({ __proto__: null, constructor: 'x' })).toBe(0)
    expect(await json({})).toBe(await countOf(owner, ''))
    expect(await countOf(owner, 'meta[app]=one')).toBe(2)
    expect(await countOf(owner, 'meta%5Bapp%5D=one&meta%5Benv%5D=prod')).toBe(1)
    expect(await countOf(owner, 'meta[empty]=')).toBe(1)
    for (const meta of ['map[app:one]', 'map[]', 'app', '[]', '["app"]', 'null', '1', '"app"', '{"app":1}', '{"app":null}', '{"app":{"a":"b"}}', '{app:"one"}', '{"app":"one"', '%00']) await isRefused(`meta=${encodeURIComponent(meta)}`)
    for (const field of ['meta[]', 'meta[app', 'meta[app][x]']) await isRefused(`${field}=one`)
  })

  test('row 24: all filters at once', async () => {
    const one = await add({ cid: inlineCid('24'), name: 'Twenty-Four', meta: { a: '1', b: '2' } })
    const two = await add({ cid: inlineCid('24'), name: 'twenty-four', meta: { a: '1', b: '3' } })
    const cid = `cid=${inlineCid('24')},${waiting}`
    const both = `${cid}&name=TWENTY&match=ipartial&status=pinned,queued&meta[a]=1&after=2020-01-01T00:00:00Z`
    expect(((await owner.json(`/psa/pins?${both}`)).body.results as Pin[]).map(({ requestid }) => requestid)).toEqual([two.requestid, one.requestid])
    for (const narrower of [`before=${two.created}`, 'meta[b]=2']) {
      expect((await owner.json(`/psa/pins?${both}&${narrower}`)).body).toMatchObject({ count: 1, results: [{ requestid: one.requestid }] })
    }
    expect(await countOf(owner, `${both}&after=2020-01-01T00:00:00Z&before=${one.created}`)).toBe(0)
    expect(await countOf(owner, both.replace('pinned,queued', 'failed'))).toBe(0)
  })

  test('row 33: what was done is seen in the very next list and look', async () => {
    for (let i = 0; i < 20; i++) {
      const { requestid } = await add({ cid: inlineCid('33'), name: 'thirty-three' })
      expect([await countOf(owner, 'name=thirty-three'), (await owner.json(`/psa/pins/${requestid}`)).status]).toEqual([1, 200])
      await owner.call(`/psa/pins/${requestid}`, { method: 'DELETE' })
      expect([await countOf(owner, 'name=thirty-three'), (await owner.json(`/psa/pins/${requestid}`)).status]).toEqual([0, 404])
    }
  })
})
