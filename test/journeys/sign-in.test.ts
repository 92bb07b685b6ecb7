import { afterAll, beforeAll, expect, test } from 'vitest'
import { client } from '../support/api.ts'
import { runCommand, startServer, type TestServer } from '../support/server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none' })
})
afterAll(() => server?.stop())

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(server.url + path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', ...headers } })

test('sign in, use the session, sign out', async () => {
  const signedIn = await post('/api/v1/session', server.admin)
  expect(signedIn.status).toBe(200)
  expect(await signedIn.json()).toMatchObject({ email: server.admin.email, account: { role: 'admin' } })
  const [cookie] = signedIn.headers.getSetCookie()
  expect(cookie).toMatch(/HttpOnly/i)
  expect(cookie).toMatch(/SameSite=Lax/i)
  expect(cookie).not.toMatch(/Domain=/i)
  const session = { cookie: signedIn.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ') }
  expect((await fetch(`${server.url}/api/v1/session`, { headers: session })).status).toBe(200)
  const upload = (extra: Record<string, string>) => fetch(`${server.url}/api/v1/uploads`, { method: 'POST', body: 'by session', headers: { ...session, ...extra } })
  expect((await upload({ 'sec-fetch-site': 'same-origin' })).status).toBe(201)
  expect((await upload({ 'sec-fetch-site': 'same-site' })).status).toBe(401)
  expect((await upload({ origin: 'http://evil.example' })).status).toBe(401)
  expect((await upload({})).status).toBe(401)
  const out = await fetch(`${server.url}/api/v1/session`, { method: 'DELETE', headers: { ...session, 'sec-fetch-site': 'same-origin' } })
  expect(out.status).toBe(204)
  expect((await fetch(`${server.url}/api/v1/session`, { headers: session })).status).toBe(401)
})

test('a wrong password and an unknown e-mail get the same answer', async () => {
  const wrong = await post('/api/v1/session', { ...server.admin, password: 'wrong' })
  const unknown = await post('/api/v1/session', { email: 'nobody@example.org', password: 'wrong' })
  expect([wrong.status, unknown.status]).toEqual([401, 401])
  const [one, other] = (await Promise.all([wrong.json(), unknown.json()])) as [{ requestId: string }, { requestId: string }]
  expect({ ...one, requestId: '' }).toEqual({ ...other, requestId: '' })
})

test('the set-up link makes the first admin, once', async () => {
  const fresh = await startServer({ THOLE_NETWORK: 'none', THOLE_ADMIN_EMAIL: '', THOLE_ADMIN_PASSWORD: '' })
  try {
    const token = /setup#token=(\S+)/.exec(fresh.output())?.[1]
    const instance = await (await fetch(`${fresh.url}/api/v1/instance`)).json()
    expect(instance).toMatchObject({ setup: true, network: { mode: 'none' } })
    const redeem = (given: string) =>
      fetch(`${fresh.url}/api/v1/setup`, { method: 'POST', body: JSON.stringify({ token: given, email: 'first@example.org', password: 'a long enough one' }), headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' } })
    expect((await redeem('guess')).status).toBe(401)
    const made = await redeem(token!)
    expect(made.status).toBe(201)
    expect(made.headers.getSetCookie().length).toBeGreaterThan(0)
    expect((await redeem(token!)).status).toBe(409)
  } finally {
    await fresh.stop()
  }
})

test('the command line says what is wrong', async () => {
  const env = { PATH: process.env.PATH ?? '', THOLE_DATA: server.dataFolder }
  await expect(runCommand(['keys', 'create', '--account', 'a@example.org', '--name', 'x', '--scopes', 'everything'], env)).rejects.toThrow(/"everything" is not a scope/)
  await expect(runCommand(['keys', 'create', '--account', 'nobody', '--name', 'x'], env)).rejects.toThrow(/not an e-mail address/)
  await expect(runCommand(['keys'], env)).rejects.toThrow(/ended with 2/)
  const key = (await runCommand(['keys', 'create', '--account', 'new@example.org', '--name', 'x', '--scopes', 'pins:read'], env)).trim()
  expect((await client(server.url, key).json('/psa/pins')).status).toBe(200)
  expect((await client(server.url, key).post('/psa/pins', { cid: 'bafkqaaa' })).status).toBe(403)
})

test('the document of the API describes it', async () => {
  const document = (await (await fetch(`${server.url}/api/v1/openapi.json`)).json()) as { openapi: string; paths: object }
  expect(document.openapi).toBe('3.1.0')
  expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(['/uploads', '/uploads/{id}', '/pins', '/pins/{id}', '/dags/{cid}', '/keys', '/session', '/setup', '/instance']))
})
