import { once } from 'node:events'
import { request } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { client, eventually, pattern, type Client } from '../support/api.ts'
import { startServer, type TestServer } from '../support/server.ts'

/** What the old clients rely on without saying so: rows of the checklist that no door's own test has. */
let server: TestServer
let key: string
let web3: Client
let nft: Client

beforeEach(async () => {
  server = await startServer({ THOLE_NETWORK: 'none' })
  key = await server.createKey()
  web3 = client(`${server.url}/web3`, key)
  nft = client(`${server.url}/nft`, key)
})
afterEach(() => server?.stop())

/** An upload whose second half waits. */
function begin(path: string, bytes: Uint8Array) {
  const half = bytes.length / 2
  const sending = request(server.url + path, { method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/octet-stream', 'content-length': bytes.length } })
  sending.write(bytes.subarray(0, half))
  const answer = once(sending, 'response').then(async ([response]) => ({ status: response.statusCode as number, body: JSON.parse(Buffer.concat(await Array.fromAsync(response as AsyncIterable<Buffer>)).toString()) }))
  answer.catch(() => {})
  return { finish: () => void sending.end(bytes.subarray(half)), answer, sent: () => sending.socket?.bytesWritten ?? 0 }
}

test('row 21: connections outlive the pauses of clients, and a server that is told to stop lets uploads come to their end', async () => {
  const first = await fetch(`${server.url}/web3/user/account`, { headers: { authorization: `Bearer ${key}` } })
  expect(Number(/timeout=(\d+)/.exec(first.headers.get('keep-alive') ?? '')?.[1])).toBeGreaterThan(60)
  const bytes = pattern(400_000, 1)
  const uploads = ['/web3/upload', '/nft/upload'].map((path) => begin(path, bytes))
  await eventually(async () => Math.min(...uploads.map(({ sent }) => sent())), (sent) => sent >= bytes.length / 2)
  await new Promise((resolve) => setTimeout(resolve, 200))
  process.kill(server.pid, 'SIGTERM')
  await eventually(() => fetch(`${server.url}/readyz`).then(({ ok }) => ok, () => false), (isReady) => !isReady)
  for (const { finish } of uploads) finish()
  const [old, token] = await Promise.all(uploads.map(({ answer }) => answer))
  expect([old!.status, token!.status]).toEqual([200, 200])
  const cid = old!.body.cid as string
  await server.killAndRestart()
  expect((await client(`${server.url}/web3`, key).json(`/status/${cid}`)).body.pins[0].status).toBe('Pinned')
})

test('rows 11 and 12: without a key status, check and CAR are open; lists are not, and say so; a delete is never silent', async () => {
  const { cid } = (await web3.upload('for everybody', '/upload')).body
  const token = (await nft.upload('a token', '/upload')).body.value.cid as string
  for (const path of [`/web3/status/${cid}`, `/web3/car/${cid}`, `/nft/check/${token}`]) expect([path, (await fetch(server.url + path)).status]).toEqual([path, 200])
  expect(await (await fetch(`${server.url}/web3/user/uploads`)).json()).toMatchObject({ message: expect.any(String) })
  const refused = await fetch(`${server.url}/nft/`)
  expect([refused.status, await refused.json()]).toMatchObject([401, { ok: false, error: { message: expect.any(String) } }])
  const gone = await nft.json(`/${token}`, { method: 'DELETE' })
  expect([gone.status, gone.body.ok]).toEqual([202, true])
  expect((await nft.json(`/${token}`, { method: 'DELETE' })).body).toMatchObject({ ok: false, error: { message: expect.any(String) } })
})

test('row 3: three large parts at once are taken as they stream', async () => {
  const answers = await Promise.all([1, 2, 3].map((seed) => web3.upload(pattern(6 << 20, seed), '/upload')))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  expect(new Set(answers.map(({ body }) => body.cid)).size).toBe(3)
})

test('row 26: a secret is shown once, and its key is told without it afterwards', async () => {
  const secret = (await web3.post('/user/tokens', { name: 'once' })).body
  const text = JSON.stringify((await web3.json('/user/tokens')).body)
  expect(text).toContain('once')
  const secrets = [secret].flat().flatMap((one) => (typeof one === 'string' ? [one] : (Object.values(one) as unknown[]))).filter((one): one is string => typeof one === 'string' && one.length > 60)
  expect(secrets).not.toEqual([])
  for (const one of secrets) expect(text).not.toContain(one)
})
