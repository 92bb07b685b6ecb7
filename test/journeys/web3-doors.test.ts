import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { client, form } from '../support/api.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let key: string
beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none', THOLE_DOORS: 'web3=root,api.example.org;nft=root', THOLE_TRUSTED_PROXIES: '127.0.0.1' })
  key = await server.createKey()
})
afterAll(() => server?.stop())

/** With a Host of one's own, which fetch does not let through. */
async function ask(path: string, headers: Record<string, string>, { method = 'GET', body = '' } = {}) {
  const sent = request(server.url + path, { method, headers: { authorization: `Bearer ${key}`, ...headers } }).end(body)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return { status: response.statusCode, headers: response.headers, body: JSON.parse(Buffer.concat(chunks).toString()) as Record<string, any> }
}

const cid = 'bafkreidvbhs33ighmljlvr7zbv2ywwzcmp5adtf4kqvlly67cy56bdtmve'

test('at hosts of their own, by whatever proxy', async () => {
  const ways: Record<string, string>[] = [{ host: 'web3.localhost:3000' }, { host: 'api.example.org' }, { 'x-forwarded-host': 'api.example.org', 'x-forwarded-proto': 'https' }]
  for (const headers of ways) {
    expect((await ask('/upload', headers, { method: 'POST', body: 'hello world!' })).body).toMatchObject({ cid })
    expect(await ask('/nowhere', headers)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } })
    const { headers: told } = await ask('/user/uploads?page=1&size=1', headers)
    expect(told.link).toMatch(/^<\/user\/uploads\?/)
  }
  expect((await ask('/upload', { host: 'nft.localhost:3000' }, { method: 'POST', body: 'hello world!' })).body).toMatchObject({ ok: true, value: { cid } })
})

test('at one root, answers have the words of both', async () => {
  const api = client(server.url, key)
  const sent = await api.upload(form({ 'a.txt': 'A', 'b.txt': 'B' }), '/upload')
  expect(sent).toMatchObject({ status: 200, body: { ok: true, value: { cid: expect.any(String) } } })
  expect(sent.body.cid).toBe(sent.body.value.cid)
  const failures = [await api.upload('', '/upload'), await api.json('/status/nonsense'), await api.json(`/check/${'bafkreiaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'}`), await client(server.url, 'wrong').json('/user/uploads'), await client(server.url, 'wrong').upload('x', '/upload')]
  for (const { status, body } of failures) {
    expect(status).toBeGreaterThanOrEqual(400)
    expect(body).toEqual({ ok: false, error: { code: expect.any(String), message: expect.any(String) }, code: body.error.code, message: body.error.message })
  }
  expect((await api.json('/pins')).body).toHaveProperty('count')
})

test('the dashboard and the other doors are where they were', async () => {
  const page = await fetch(`${server.url}/`, { headers: { accept: 'text/html' } })
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  expect((await fetch(`${server.url}/uploads`)).headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
  const api = client(server.url, key)
  expect((await api.json('/api/v1/uploads')).body).toHaveProperty('uploads')
  expect((await api.json('/psa/pins')).body).toHaveProperty('results')
  expect((await api.upload('x', '/upload/api/v1/')).body).toHaveProperty('requestid')
})

test('nobody comes in but by a door', async () => {
  for (const path of ['/%20web3/version', '/ web3/version', '/%20both/%20web3/version']) {
    const answer = await fetch(server.url + path)
    expect(answer.headers.get('content-type')).not.toMatch(/json/)
  }
})
