import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { car, client, form, pattern, rawBlock, type Client } from '../support/api.ts'
import { temporaryFolder } from '../support/folder.ts'
import { runProgram } from '../support/program.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { fileInBlocks } from '../support/file-in-blocks.ts'

let server: TestServer
let api: Client
let key: string

beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none', THOLE_MAX_BODY: String(8 * 2 ** 20) })
  key = await server.createKey()
  api = client(server.url, key)
})
afterAll(() => server?.stop())

const hello = 'bafkreidvbhs33ighmljlvr7zbv2ywwzcmp5adtf4kqvlly67cy56bdtmve'
const upload = (body: BodyInit, type?: string, path = '/nft/upload') => api.upload(body, path, type)

/** As curl sends it: the door by host name. */
async function atHost(path: string, { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string } = {}) {
  const { port } = new URL(server.url)
  return new Promise<{ status: number; body: any }>((resolve, reject) => {
    const asked = request({ port, path, method, headers: { host: `nft.localhost:${port}`, authorization: `Bearer ${key}`, ...headers } }, async (answer) => {
      const text = Buffer.concat(await Array.fromAsync(answer)).toString()
      resolve({ status: answer.statusCode!, body: text === '' ? undefined : JSON.parse(text) })
    })
    asked.on('error', reject).end(body)
  })
}

describe('the lines of the documents, with another host', () => {
  test('upload and status', async () => {
    const sent = await atHost('/upload', { method: 'POST', headers: { 'content-type': 'image/jpeg' }, body: 'hello world!' })
    expect(sent).toMatchObject({ status: 200, body: { ok: true, value: { cid: hello, type: 'image/jpeg', scope: 'test', files: [], size: 12, deals: [], pin: { cid: hello, size: 12, status: 'pinned' } } } })
    const { value } = sent.body
    expect([value.name, value.pin.created]).toEqual([`Upload at ${value.created}`, value.created])
    expect(new Date(value.created).toISOString()).toBe(value.created)
    expect(await atHost(`/${hello}`)).toEqual({ status: 200, body: sent.body })
  })

  test('pins: one service with the pinning API, ids of its own', async () => {
    const added = await atHost('/pins', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ cid: hello, name: 'PreciousData.pdf' }) })
    expect(added).toMatchObject({ status: 202, body: { status: 'pinned', pin: { cid: hello, name: 'PreciousData.pdf' } } })
    expect(added.body.requestid).toMatch(/^[\da-f-]{36}$/)
    expect((await atHost('/pins')).body.results.map(({ requestid }: { requestid: string }) => requestid)).toContain(added.body.requestid)
    expect((await api.json(`/psa/pins/${added.body.requestid}`)).status).toBe(200)
    expect((await atHost(`/pins/${added.body.requestid}`, { method: 'DELETE' })).status).toBe(202)
    expect(await atHost(`/pins/${added.body.requestid}`)).toMatchObject({ status: 404, body: { error: { reason: 'NOT_FOUND' } } })
  })

  test('curl itself: a file, a form, a CAR that it calls urlencoded', async () => {
    const leaf = rawBlock(Buffer.from('from curl'))
    await using folder = await temporaryFolder({ 'f.bin': 'hello world!', 'dag.car': car([leaf.cid], [leaf]) })
    const curl = async (...args: string[]) => JSON.parse((await runProgram('curl', ['-sS', '-H', `Authorization: Bearer ${key}`, ...args])).toString()) as { ok: boolean; value: { cid: string; type: string } }
    const file = await curl(`${server.url}/nft/upload`, '--data-binary', `@${folder.path}/f.bin`)
    expect(file).toMatchObject({ ok: true, value: { cid: hello } })
    const archive = await curl(`${server.url}/nft/upload?format=car`, '--data-binary', `@${folder.path}/dag.car`)
    expect(archive).toMatchObject({ ok: true, value: { cid: leaf.cid.toString() } })
    const wrapped = await curl(`${server.url}/nft/upload`, '-F', `file=@${folder.path}/f.bin`)
    expect(wrapped.value).toMatchObject({ cid: 'bafybeif5qll3dfq5gqpp4j7wyn733ax477vd7k4kl7tymrb6cnvop4fut4', type: 'directory' })
  })
})

describe('uploads', () => {
  test('a form tells its files; a name in X-Name; a new name by PATCH', async () => {
    const body = form({ 'a.txt': 'A', 'deep/b.txt': 'B' })
    const sent = await api.json('/nft/upload', { method: 'POST', body, headers: { 'x-name': encodeURIComponent('Möwe – 50 %') } })
    expect(sent.body.value).toMatchObject({ type: 'directory', name: 'Möwe – 50 %', files: [{ name: 'a.txt', type: 'application/octet-stream' }, { name: 'deep/b.txt' }] })
    const { cid } = sent.body.value
    const renamed = await api.json(`/nft/upload/${cid}`, { method: 'PATCH', body: '{"name":"new"}' })
    expect([renamed.status, renamed.body.value.name]).toEqual([200, 'new'])
    expect((await api.json(`/nft/${cid}`)).body.value.name).toBe('new')
    expect((await api.json(`/nft/upload/${hello}x`, { method: 'PATCH', body: '{"name":"new"}' })).status).toBe(400)
    expect((await api.json('/nft/upload/bafkqaaa', { method: 'PATCH', body: '{"name":"new"}' })).body).toMatchObject({ ok: false, error: { message: 'NFT not found' } })
  })

  test('a part with a hole says what is missing and where, to its owner; the last part completes it in its own answer', async () => {
    const { root, leaves: blocks } = await fileInBlocks(pattern(700_000, 3), 262_144)
    const part = (...at: number[]) => upload(car([root.cid], [root, ...at.map((i) => blocks[i]!)]) as BodyInit, 'application/vnd.ipld.car')
    const cid = root.cid.toString()
    const first = (await part()).body.value
    expect([first.cid, first.pin.status, first.pin.missing.count]).toEqual([cid, 'pinning', 3])
    expect(first.pin.missing.first[0]).toEqual({ cid: blocks[0]!.cid.toString(), path: expect.any(String) })
    const [second, again] = [(await part(2)).body.value, (await part(2)).body.value]
    expect([second.pin.missing.count, again.pin.missing.count]).toEqual([2, 2])
    const told = (await fetch(`${server.url}/nft/check/${cid}`)).json()
    expect(await told).toMatchObject({ ok: true, value: { cid, pin: { status: 'pinning', missing: { count: 2 } }, deals: [] } })
    expect((await told).value.pin.missing.first).toBeUndefined()
    const last = (await part(0, 1)).body.value
    expect([last.pin.status, last.pin.missing, last.created]).toEqual(['pinned', undefined, first.created])
    expect(last.size).toBe(root.bytes.length + 700_000)
    expect((await api.json('/nft/?limit=1000')).body.value.filter((one: { cid: string }) => one.cid === cid)).toHaveLength(1)
    expect((await api.json(`/nft/${cid}`, { method: 'DELETE' })).status).toBe(202)
    expect((await api.json(`/psa/pins?cid=${cid}`)).body.count).toBe(0)
    expect((await fetch(`${server.url}/ipfs/${cid}`)).status).toBe(404)
  })

  test('CIDv0 and CIDv1 of one DAG are two uploads, each told as it was sent', async () => {
    const { root, leaves: blocks } = await fileInBlocks(pattern(1000, 4), 262_144, 0)
    const v1 = root.cid.toV1()
    const sent = await upload(car([root.cid], [root, ...blocks]) as BodyInit, 'application/car')
    expect(sent.body.value).toMatchObject({ cid: root.cid.toString(), type: 'application/car', pin: { status: 'pinned' } })
    expect((await api.json(`/nft/${v1}`)).status).toBe(404)
    expect((await upload(car([v1], [{ ...root, cid: v1 }]) as BodyInit, 'application/car')).body.value.cid).toBe(v1.toString())
    expect((await api.json(`/nft/${root.cid}`, { method: 'DELETE' })).body).toEqual({ ok: true })
    expect((await api.json(`/nft/${v1}`)).body.value.pin.status).toBe('pinned')
    expect((await (await fetch(`${server.url}/nft/check/${root.cid}`)).json()).value.cid).toBe(root.cid.toString())
  })

  test('pages neither skip nor repeat; Count is of all', async () => {
    const mine = client(server.url, await server.createKey(undefined, 'pages@example.org'))
    const cids = await Promise.all(Array.from({ length: 25 }, async (_, i) => (await mine.upload(`page ${i}`, '/nft/upload')).body.value.cid as string))
    const found: string[] = []
    for (let before = ''; ; ) {
      const { body, headers } = await mine.json(`/nft/?limit=10${before}`)
      expect(headers.get('count')).toBe('25')
      if (body.value.length === 0) break
      found.push(...body.value.map(({ cid }: { cid: string }) => cid))
      before = `&before=${encodeURIComponent(body.value.at(-1).created)}`
    }
    expect(found.toSorted()).toEqual(cids.toSorted())
    expect((await mine.json('/nft/')).body.value).toHaveLength(10)
    for (const query of ['limit=0', 'limit=1001', 'limit=x', 'before=x', 'before=2021']) {
      expect([query, await mine.json(`/nft/?${query}`)]).toMatchObject([query, { status: 400, body: { ok: false, error: { code: 'HTTP_ERROR' } } }])
    }
  })
})

describe('what goes wrong, in its envelope', () => {
  const one = rawBlock(Buffer.from('one'))
  const two = rawBlock(Buffer.from('two'))
  const absent = rawBlock(Buffer.from('nobody sent this'))
  const isEnvelope = { ok: false, error: { code: expect.stringMatching(/^[A-Z_]+$/), message: expect.stringMatching(/\S/) } }

  test.each<[string, () => Uint8Array]>([
    ['two roots', () => car([one.cid, two.cid], [one, two])],
    ['no root', () => car([], [one])],
    ['no block', () => car([one.cid], [])],
    ['a root that is neither in it nor stored', () => car([absent.cid], [one])],
    ['wrong bytes', () => car([one.cid], [{ cid: one.cid, bytes: two.bytes }])],
    ['cut short', () => car([one.cid], [one]).slice(0, -1)],
    ['no CAR', () => Buffer.from('{}')],
    ['an empty body', () => new Uint8Array()],
    ['a block over 2 MiB', () => car([one.cid], [one, rawBlock(new Uint8Array(2 ** 21 + 1))])],
  ])('a CAR with %s', async (_, bytes) => {
    const before = (await api.json('/nft/')).headers.get('count')
    expect(await upload(bytes() as BodyInit, 'application/car')).toMatchObject({ status: 400, body: { ok: false, error: { code: 'ERROR_INVALID_CAR' } } })
    expect((await api.json('/nft/')).headers.get('count')).toBe(before)
  })

  test('a CAR whose root is stored already is taken', async () => {
    await upload(car([one.cid], [one]) as BodyInit, 'application/car')
    expect((await upload(car([one.cid], [two]) as BodyInit, 'application/car')).body.value.pin.status).toBe('pinned')
  })

  test.each<[number, string, RequestInit]>([
    [400, '/nft/upload', { method: 'POST', body: '' }],
    [400, '/nft/upload', { method: 'POST', body: 'x', headers: { 'x-name': '%E0%A4%A' } }],
    [400, '/nft/upload', { method: 'POST', body: 'x', headers: { 'x-name': 'n'.repeat(10_000) } }],
    [400, '/nft/upload', { method: 'POST', body: 'x', headers: { 'content-type': 'multipart/form-data' } }],
    [400, '/nft/upload', { method: 'POST', body: '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nnever ends', headers: { 'content-type': 'multipart/form-data; boundary=b' } }],
    [400, '/nft/upload', { method: 'POST', body: '--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nno file\r\n--b--\r\n', headers: { 'content-type': 'multipart/form-data; boundary=b' } }],
    [400, '/nft/store', { method: 'POST', body: '{"name":"n"}', headers: { 'content-type': 'application/json' } }],
    [400, '/nft/upload/bafkqaaa', { method: 'PATCH', body: '{}' }],
    [400, '/nft/upload/bafkqaaa', { method: 'PATCH', body: 'no JSON' }],
    [400, '/nft/no-cid', {}],
    [400, '/nft/check/no-cid', {}],
    [401, '/nft/', { headers: { authorization: '' } }],
    [401, '/nft/', { headers: { authorization: 'Bearer wrong' } }],
    [401, '/nft/nowhere/at/all', { headers: { authorization: 'Basic x' } }],
    [404, `/nft/${absent.cid}`, {}],
    [404, `/nft/${absent.cid}`, { method: 'DELETE' }],
    [404, `/nft/check/${absent.cid}`, {}],
    [404, '/nft/nowhere/at/all', {}],
    [405, '/nft/upload', { method: 'PUT', body: 'x' }],
    [405, '/nft/', { method: 'POST', body: 'x' }],
    [405, `/nft/check/${hello}`, { method: 'DELETE' }],
    [413, '/nft/upload', { method: 'POST', body: new Uint8Array(9 * 2 ** 20) }],
  ])('%i %s', async (status, path, init) => {
    const answer = await api.json(path, init)
    expect([answer.status, answer.body]).toEqual([status, isEnvelope])
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
  })

  test('store: metadata that is none, places that are none', async () => {
    const store = (meta: string | undefined, files: Record<string, string> = {}) => {
      const body = new FormData()
      for (const [at, content] of Object.entries(files)) body.append(at, new Blob([content]), 'f')
      if (meta !== undefined) body.append('meta', meta)
      return api.json('/nft/store', { method: 'POST', body })
    }
    const bad = [await store(undefined), await store(undefined, { image: 'x' }), await store('{'), await store('[1]'), await store(`{"a":${'['.repeat(1000)}${']'.repeat(1000)}}`), await store('{"l":[]}', { 'l.5': 'x' }), await store('{}', { '': 'x' }), await store('{"a":1e400}'), await store('{"a":{"/":"x","bytes":"x"}}'), await store('{}', { image: 'x', 'image.bytes': 'y' }), await store('{}', { 'image.foo': 'x', image: 'y' })]
    for (const answer of bad) expect([answer.status, answer.body]).toEqual([400, isEnvelope])
    expect((await store(`{"a":"${'x'.repeat(300_000)}"}`)).status).toBe(413)
    expect((await store('{}', Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [String(i), ''])))).status).toBe(413)
    expect((await store('{}', Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`${i}${'.a'.repeat(60)}.z`, ''])))).status).toBe(413)
    const good = await store('{"name":"n"}', { '__proto__.x': 'x' })
    expect([good.status, good.body.value.url]).toEqual([200, `ipfs://${good.body.value.ipnft}/metadata.json`])
  })

  test('a client that goes away in the middle leaves nothing listed', async () => {
    const before = (await api.json('/nft/')).headers.get('count')
    const { hostname, port } = new URL(server.url)
    const socket = connect(Number(port), hostname)
    const whole = car([one.cid], [one])
    socket.write(`POST /nft/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/car\r\nContent-Length: ${whole.length + 10_000}\r\n\r\n`)
    socket.write(whole)
    await new Promise((resolve) => socket.write(whole, resolve))
    socket.destroy()
    expect((await api.json('/nft/')).headers.get('count')).toBe(before)
    expect(server.output()).not.toMatch(/INTERNAL/)
  })

  test('retries count once', async () => {
    const usage = async () => (await api.json('/api/v1/usage')).body
    const bytes = createHash('sha256').update('retried').digest()
    await upload(bytes)
    const before = await usage()
    for (let i = 0; i < 3; i++) expect((await upload(bytes)).status).toBe(200)
    expect((await usage()).bytes).toBe(before.bytes)
  })
})
