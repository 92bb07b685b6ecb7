import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { car, client, form, pattern, rawBlock, type Client } from '../support/api.ts'
import { fileInBlocks } from '../support/file-in-blocks.ts'
import { temporaryFolder } from '../support/folder.ts'
import { runProgram } from '../support/program.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let api: Client
let key: string

beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none', THOLE_MAX_BODY: String(8 * 2 ** 20) })
  key = await server.createKey()
  api = client(server.url, key)
})
afterAll(() => server?.stop())

const path = '/upload/api/v1/'
const carType = 'application/vnd.ipld.car'
const isStatus = { requestid: expect.stringMatching(/^[\da-f-]{36}$/), status: 'pinned', created: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/), delegates: expect.any(Array) }
const read = async (cid: string) => (await api.call(`/gateway/api/v1/ipfs/${cid}`)).text()

async function sessionCookie(): Promise<string> {
  const signedIn = await fetch(`${server.url}/api/v1/session`, { method: 'POST', body: JSON.stringify(server.admin), headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' } })
  return signedIn.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ')
}

describe('the lines of the documents', () => {
  test('curl: a form, bytes, a CAR by its type, a CAR by the query', async () => {
    const leaf = rawBlock(Buffer.from('in a CAR'))
    await using folder = await temporaryFolder({ 'myfile.txt': 'my file', 'content.car': car([leaf.cid], [leaf]) })
    const curl = async (query: string, ...args: string[]) => JSON.parse((await runProgram('curl', ['-sS', '-X', 'POST', `${server.url}${path}${query}`, '-H', `Authorization: Bearer ${key}`, ...args])).toString())
    const [file, archive] = [`@${folder.path}/myfile.txt`, `@${folder.path}/content.car`]
    const sent = [
      await curl('?name=myfile', '-F', `file=${file}`),
      await curl('?name=myfile', '-H', 'Content-Type: application/octet-stream', '--data-binary', file),
      await curl('?name=my-dag', '-H', `Content-Type: ${carType}`, '--data-binary', archive),
      await curl('?format=car&name=my-dag', '--data-binary', archive),
      await curl('?format=car&name=my-dag', '-F', `file=${archive}`),
    ]
    expect(sent).toEqual(sent.map(() => expect.objectContaining(isStatus)))
    expect(sent.map(({ pin }) => pin.name)).toEqual(['myfile', 'myfile', 'my-dag', 'my-dag', 'my-dag'])
    expect(await Promise.all(sent.map(({ pin }) => read(pin.cid)))).toEqual(['my file', 'my file', 'in a CAR', 'in a CAR', 'in a CAR'])
    for (const { requestid, pin } of sent) expect((await api.json(`/pinning/api/v1/pins/${requestid}`)).body).toMatchObject({ requestid, status: 'pinned', pin })
  })

  test('several roots give a list, named -root-0, -root-1, …; without a name too', async () => {
    const blocks = ['a', 'b', 'c'].map((text) => rawBlock(Buffer.from(text)))
    const bytes = car(blocks.map(({ cid }) => cid), blocks)
    const named = await api.upload(bytes as BodyInit, `${path}?name=many`, carType)
    expect(named.body).toEqual(blocks.map(({ cid }, i) => expect.objectContaining({ ...isStatus, pin: { cid: cid.toString(), name: `many-root-${i}` } })))
    const unnamed = await api.upload(bytes as BodyInit, path, carType)
    expect(unnamed.body.map(({ pin }: { pin: { name: string } }) => pin.name)).toEqual(['-root-0', '-root-1', '-root-2'])
  })

  test('pin by CID, list, filter, get, delete', async () => {
    const { body: upload } = await api.upload('to be pinned again', `${path}?name=once`)
    const { cid } = upload.pin
    const added = await api.post('/pinning/api/v1/pins', { cid, name: 'my-first-pin' })
    expect(added).toMatchObject({ status: 202, body: { status: 'pinned', pin: { cid, name: 'my-first-pin' } } })
    const list = async (query: string) => (await api.json(`/pinning/api/v1/pins?${query}`)).body
    expect((await list(`cid=${cid}`)).count).toBe(2)
    expect((await list(`cid=${cid},bafkqaaa&name=once&status=pinned&limit=1`)).results).toMatchObject([{ requestid: upload.requestid }])
    expect((await list(`cid=${cid}&before=${added.body.created}`)).results).toMatchObject([{ requestid: upload.requestid }])
    expect((await list(`cid=${cid}&after=${upload.created}`)).results).toMatchObject([{ requestid: added.body.requestid }])
    for (const { requestid } of [upload, added.body]) expect((await api.call(`/pinning/api/v1/pins/${requestid}`, { method: 'DELETE' })).status).toBe(202)
    expect((await api.call(`/gateway/api/v1/ipfs/${cid}`)).status).toBe(404)
  })
})

test('what lacks blocks is pinning, and says which; what is here of it can be read at once; then it is pinned', async () => {
  const { root, leaves } = await fileInBlocks(pattern(3000, 77), 1000)
  const part = await api.upload(car([root.cid], [root, leaves[0]!]) as BodyInit, `${path}?name=parts`, carType)
  expect(part).toMatchObject({ status: 200, body: { status: 'pinning', pin: { cid: root.cid.toString(), name: 'parts' } } })
  expect(part.body.info.status_details).toMatch(`2 blocks missing (first: ${leaves[1]!.cid} at "/1")`)
  const range = await api.call(`/gateway/api/v1/ipfs/${root.cid}`, { headers: { range: 'bytes=0-999' } })
  expect([range.status, (await range.arrayBuffer()).byteLength]).toEqual([206, 1000])
  expect((await api.upload(car([root.cid], [root, ...leaves.slice(1)]) as BodyInit, path, carType)).body.status).toBe('pinned')
  expect((await api.json(`/pinning/api/v1/pins/${part.body.requestid}`)).body.status).toBe('pinned')
})

test('people: the session and a page of this server, or nothing', async () => {
  const cookie = await sessionCookie()
  const send = (headers: Record<string, string>, to = '/upload/web/?name=by-hand') => fetch(server.url + to, { method: 'POST', body: form({ 'a.txt': 'by hand' }), headers })
  const sent = await send({ cookie, 'sec-fetch-site': 'same-origin' })
  const { pin, status } = await sent.json()
  expect([sent.status, status, pin.name]).toEqual([200, 'pinned', 'by-hand'])
  expect(await (await fetch(`${server.url}/gateway/web/ipfs/${pin.cid}`, { headers: { cookie } })).text()).toBe('by hand')
  const refused = [await send({ cookie, 'sec-fetch-site': 'cross-site' }), await send({ cookie }), await send({ 'sec-fetch-site': 'same-origin' }), await send({ authorization: `Bearer ${key}`, 'sec-fetch-site': 'same-origin' }), await send({ cookie, 'sec-fetch-site': 'same-origin' }, path)]
  expect(refused.map((answer) => answer.status)).toEqual([401, 401, 401, 401, 401])
  expect((await fetch(`${server.url}/gateway/web/ipfs/${pin.cid}`)).status).toBe(401)
})

describe('what goes wrong', () => {
  const one = rawBlock(Buffer.from('one'))
  test.each<[string, number, string, string, RequestInit]>([
    ['nothing', 400, 'INVALID_REQUEST', '', { body: '' }],
    ['a name of 10 kB', 400, 'INVALID_REQUEST', `?name=${'n'.repeat(10_000)}`, { body: 'x' }],
    ['a form without a file', 400, 'INVALID_REQUEST', '', { body: '--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--b--\r\n', headers: { 'content-type': 'multipart/form-data; boundary=b' } }],
    ['a form that never ends', 400, 'INVALID_REQUEST', '', { body: '--b\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\nx', headers: { 'content-type': 'multipart/form-data; boundary=b' } }],
    ['a name that leaves the directory', 400, 'INVALID_REQUEST', '', { body: form({ 'a/../../b': 'x' }) }],
    ['what is no CAR', 400, 'INVALID_CAR', '?format=car', { body: 'x' }],
    ['101 roots', 400, 'INVALID_CAR', '?format=car', { body: car(Array.from({ length: 101 }, (_, i) => rawBlock(Buffer.from([i])).cid), [one]) as BodyInit }],
    ['wrong bytes', 400, 'HASH_MISMATCH', '?format=car', { body: car([one.cid], [{ cid: one.cid, bytes: Buffer.from('two') }]) as BodyInit }],
    ['too much', 413, 'TOO_LARGE', '', { body: new Uint8Array(9 * 2 ** 20) }],
    ['no key', 401, 'UNAUTHENTICATED', '', { body: 'x', headers: { authorization: '' } }],
    ['another method', 405, 'METHOD_NOT_ALLOWED', '', { method: 'PUT', body: 'x' }],
  ])('%s', async (_, status, error, query, init) => {
    const answer = await api.json(path + query, { method: 'POST', ...init })
    expect([answer.status, answer.body]).toEqual([status, { error, message: expect.stringMatching(/\S/) }])
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  })

  test('a key without the scope', async () => {
    const weak = client(server.url, await server.createKey(['pins:write', 'gateway']))
    expect((await weak.upload('x', path)).status).toBe(403)
  })
})
