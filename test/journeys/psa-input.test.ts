import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { client, rawBlock, type Client } from '../support/api.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { anyStatus, countOf, inlineCid, listAll, several, type Pin } from '../support/psa.ts'
import { startServer, type TestServer } from '../support/server.ts'

describe.each(['SQLite', 'PostgreSQL'])('odd input, on %s', (kind) => {
  let database: TestDatabase | undefined
  let server: TestServer
  let api: Client
  let other: Client
  const cid = inlineCid('odd')

  beforeAll(async () => {
    database = kind === 'PostgreSQL' ? await testDatabase() : undefined
    server = await startServer({ THOLE_NETWORK: 'none', ...(database && { THOLE_DATABASE_URL: database.url }) })
    ;[api, other] = (await Promise.all([server.createKey(), server.createKey(undefined, 'other@example.org')])).map((key) => client(server.url, key)) as [Client, Client]
  })
  afterAll(async () => {
    await server?.stop()
    await database?.drop()
  })

  const add = async (body: object) => (await api.post('/psa/pins', { cid, ...body })).body as Pin
  /** The body as it is: JSON.stringify would mend it. */
  const addText = (body: string) => api.json('/psa/pins', { method: 'POST', body })
  const isRefused = async (answer: Promise<{ status: number; body: { error: unknown } }>) => {
    const { status, body } = await answer
    expect([status, body.error]).toEqual([400, { reason: 'BAD_REQUEST', details: expect.stringMatching(/\S/) }])
  }

  const names = [
    'plain', ' ', '  spaces  ', '\t', '\n', '\r\n', '\u0001', '\u007f', '"', "'", "'; drop table pin_request; --", '%', '_', '\\', '\\\\', '<script>alert(1)</script>', '{}', 'null', '../../etc/passwd', 'a/b/c',
    'e\u0301', 'é', 'ﬁ', 'İ', 'ı', 'ß', 'ſ', '\u200b', '\u202e', '\ufeff', '\ufffd', '\uffff', '🦊', '👩‍👩‍👧‍👦', '🇪🇺', '\u{10ffff}', 'العربية', '日本語', 'x'.repeat(255), '🦊'.repeat(255),
  ]

  test('row 26: any text is a name, as it was given, and is found by it', async () => {
    for (const name of names) {
      const { requestid, pin } = await add({ name })
      expect([pin?.name, (await api.json(`/psa/pins/${requestid}`)).body.pin.name]).toEqual([name, name])
      const found = (await api.json(`/psa/pins?name=${encodeURIComponent(name)}`)).body
      expect([found.count, found.results[0].requestid, found.results[0].pin.name], JSON.stringify(name)).toEqual([1, requestid, name])
      expect(await countOf(api, `match=ipartial&name=${encodeURIComponent(name)}`)).toBeGreaterThanOrEqual(1)
    }
    const listed = (await listAll(api)).map(({ pin }) => pin.name)
    expect(listed).toEqual(names.toReversed())
  })

  test('row 26: 255 characters, however many bytes; no NUL, no half of a character', async () => {
    for (const name of ['x'.repeat(256), '🦊'.repeat(256), 'a\0b', '\0', '\ud800', 'a\udc00b', '\udc00\ud800']) await isRefused(api.post('/psa/pins', { cid, name }))
    await isRefused(addText(`{"cid":"${cid}","name":"\\u0000"}`))
    await isRefused(addText(`{"cid":"${cid}","name":"\\ud83e"}`))
    expect((await addText(`{"cid":"${cid}","name":"\\ud83e\\udd8a!"}`)).body.pin.name).toBe('🦊!')
    for (const name of [7, true, {}, ['a']]) await isRefused(api.post('/psa/pins', { cid, name }))
  })

  test('row 26: meta up to its limits, of any text', async () => {
    const full = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`key ${i}`, `value ${i}`]))
    const { requestid, pin } = await add({ meta: full })
    expect(pin.meta).toEqual(full)
    expect(((await api.json(`/psa/pins/${requestid}`)).body as Pin).pin.meta).toEqual(full)
    expect(await countOf(api, 'meta[key 999]=value 999')).toBe(1)
    await isRefused(api.post('/psa/pins', { cid, meta: { ...full, more: 'x' } }))

    const odd: Record<string, string> = { '': 'empty', '\0': '\0', '\ud800': '\udfff', '🦊': '👩‍👩‍👧‍👦', 'a"b': '\\', __proto__2: 'x', constructor: 'y', ['x'.repeat(3000)]: 'y'.repeat(1000) }
    expect((await add({ meta: odd })).pin.meta).toEqual(odd)
    for (const pair of Object.entries(odd).slice(0, 7)) {
      const { count, results } = (await api.json(`/psa/pins?meta=${encodeURIComponent(JSON.stringify(Object.fromEntries([pair])))}`)).body
      expect([JSON.stringify(pair), count, results[0]?.pin.meta]).toEqual([JSON.stringify(pair), 1, odd])
    }
    const own = (await addText(`{"cid":"${cid}","meta":{"__proto__":"own","toString":"x"}}`)).body.pin.meta
    expect(Object.entries(own)).toEqual([['__proto__', 'own'], ['toString', 'x']])

    for (const meta of [{ a: 1 }, { a: null }, { a: {} }, { a: ['b'] }, ['a'], 'a', 1, true, { a: 'x'.repeat(4097) }, { ['x'.repeat(4097)]: '' }]) await isRefused(api.post('/psa/pins', { cid, meta }))
    await isRefused(api.post('/psa/pins', { cid, meta: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [i, 'x'.repeat(4000)])) }))
    expect((await api.post('/psa/pins', { cid, meta: Object.fromEntries(Array.from({ length: 300 }, (_, i) => [i, 'x'.repeat(4000)])) })).status).toBe(413)
  })

  test('row 15: absurd times', async () => {
    const all = await countOf(api, '')
    for (const time of ['9999-12-31T23:59:59.999999999Z', '9999-12-31T23:59:59-23:59', '2100-02-28T23:59:60Z']) expect([await countOf(api, `before=${time}`), await countOf(api, `after=${time}`)]).toEqual([all, 0])
    for (const time of ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00%2B23:59', '1969-12-31T23:59:60Z', '0001-01-01T00:00:00.000000001Z']) expect([await countOf(api, `before=${time}`), await countOf(api, `after=${time}`)]).toEqual([0, all])
  })

  test("row 35: another account's request, and ids that are none, are not there", async () => {
    const { requestid } = await add({ name: 'mine' })
    for (const id of [requestid, requestid.toUpperCase(), `${requestid} `, '%00', '%0a', `${requestid}%00`, '..', '%2e%2e', "'--", '%ff', 'a'.repeat(5000), '00000000-0000-0000-0000-000000000000']) {
      for (const method of ['GET', 'DELETE']) expect([id, (await other.json(`/psa/pins/${id}`, { method })).status]).toEqual([id, 404])
      expect((await other.post(`/psa/pins/${id}`, { cid })).status).toBe(404)
    }
    expect((await other.json(`/psa/pins?${anyStatus}`)).body).toEqual({ count: 0, results: [] })
    expect((await api.json(`/psa/pins/${requestid}`)).status).toBe(200)
  })

  test('row 27: origins that no database could hold', async () => {
    const wanted = rawBlock(Buffer.from('nobody has it')).cid.toString()
    const origins = ['\0', '/ip4/192.0.2.1/tcp/1/p2p/\0', '\ud800', '/dns4/\ud800/tcp/1', '\n', '/dns4/ünï/tcp/1', 'x'.repeat(5000)]
    const { requestid } = await add({ cid: wanted, origins })
    expect((await api.json(`/psa/pins/${requestid}`)).body.pin.cid).toBe(wanted)
    expect((await api.json(`/psa/pins?${anyStatus}&cid=${wanted}`)).body.count).toBe(1)
  })

  test('rows 11, 16: many at once from several accounts, each account with times of its own', async () => {
    const made = await several(200, 40, async (i) => (await (i % 2 === 0 ? api : other).post('/psa/pins', { cid, name: 'parallel' })).body as Pin)
    for (const [by, mine] of [[api, 0], [other, 1]] as const) {
      const times = made.filter((_, i) => i % 2 === mine).map(({ created }) => created)
      expect(new Set(times).size).toBe(100)
      expect((await listAll(by, 'name=parallel')).map(({ created }) => created)).toEqual(times.toSorted().toReversed())
    }
  })

  if (kind === 'PostgreSQL') test('row 3: a database that is gone is a Failure too', async () => {
    await database?.drop()
    database = undefined
    const { status, headers, body } = await api.json('/psa/pins')
    expect(status).toBeGreaterThanOrEqual(500)
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(body).toEqual({ error: { reason: expect.stringMatching(/^(UPSTREAM_FAILED|INTERNAL_SERVER_ERROR)$/), details: expect.any(String) } })
  })
})
