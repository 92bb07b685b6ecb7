import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { client, eventually, type Client } from '../support/api.ts'
import { inlineCid } from '../support/psa.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let admin: Client

beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none' })
  admin = client(server.url, await server.createKey(['admin', 'pins:write', 'pins:read', 'account']))
})
afterAll(() => server?.stop())
afterEach(() => close(false))

let people = 0
/** Somebody with a key of their own account. */
const somebody = async () => client(server.url, await server.createKey(undefined, `somebody-${people++}@example.org`))
const put = (api: Client, path: string, body: unknown) => api.json(path, { method: 'PUT', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
const close = async (closed: boolean) => expect((await put(admin, '/api/v1/admin/access', { closed })).status).toBe(204)
const pin = (api: Client, path: string, text = 'anything') => api.post(path, { cid: inlineCid(text) })
const openRequests = async () => (await admin.json('/api/v1/admin/access-requests')).body.requests as { id: string; account: { email: string }; purpose: string; amount: string }[]

const doors = [
  ['the pinning API', '/psa/pins', 'PINNING_UNAUTHORIZED'],
  ['the path that Kubo documents name', '/api/pinning/pins', 'PINNING_UNAUTHORIZED'],
  ['Pinion', '/pinning/api/v1/pins', 'PINNING_UNAUTHORIZED'],
  ['web3.storage', '/web3/pins', 'ERROR_PINNING_UNAUTHORIZED'],
  ['NFT.Storage', '/nft/pins', 'ERROR_PINNING_UNAUTHORIZED'],
] as const

test.each(doors)('%s refuses in its words, says how to ask, and leaves the rest open', async (_, path, reason) => {
  const api = await somebody()
  const { status, body } = await pin(api, path)
  expect(status).toBe(202)
  await close(true)
  const refused = { status: 403, body: { error: { reason, details: expect.stringMatching(new RegExp(`${server.url}/keys.*“Request API Pinning Access”`)) } } }
  expect(await pin(api, path)).toMatchObject(refused)
  expect(await pin(api, `${path}/${body.requestid}`)).toMatchObject(refused)
  expect((await api.json(path)).body.count).toBe(1)
  expect((await api.json(`${path}/${body.requestid}`, { method: 'DELETE' })).status).toBe(202)
  await close(false)
  expect((await pin(api, path)).status).toBe(202)
})

test('where pinning is closed, uploads through every door go on, and admins may pin', async () => {
  const api = await somebody()
  await close(true)
  for (const path of ['/api/v1/uploads', '/web3/upload', '/nft/upload', '/upload/api/v1/']) expect((await api.upload('kept', path)).status).toBeLessThan(300)
  expect((await api.json('/psa/pins')).body.count).toBe(4)
  expect((await admin.post('/api/v1/pins', { cid: inlineCid('by an admin') })).status).toBeLessThan(300)
  expect(await api.post('/api/v1/pins', { cid: inlineCid('x') })).toMatchObject({ status: 403, body: { code: 'PINNING_UNAUTHORIZED' } })
})

test('somebody asks, is let in by an admin, is told, and pins', async () => {
  const api = await somebody()
  await close(true)
  expect((await api.post('/api/v1/access/requests', { purpose: 'Moving', amount: '2 TiB', link: 'https://example.org' })).status).toBe(201)
  expect((await api.post('/api/v1/access/requests', { purpose: 'Moving' })).status).toBe(409)
  const [request] = (await openRequests()).slice(-1)
  expect(request).toMatchObject({ purpose: 'Moving', amount: '2 TiB', account: { email: expect.stringContaining('somebody') } })
  const decide = (body: object, by = admin) => by.post(`/api/v1/admin/access-requests/${request!.id}`, body)
  expect((await decide({ approve: true }, api)).status).toBe(403)
  expect((await decide({ approve: true, message: 'Welcome' })).status).toBe(204)
  expect((await pin(api, '/psa/pins')).status).toBe(202)
  expect((await api.json('/api/v1/access')).body).toMatchObject({ closed: true, allowed: true, request: { state: 'approved', message: 'Welcome', seen: false } })
  expect((await api.json('/api/v1/access/notice', { method: 'DELETE' })).status).toBe(204)
  expect((await api.json('/api/v1/access')).body.request.seen).toBe(true)
  expect((await decide({ approve: false, message: 'Too much' })).status).toBe(204)
  expect((await pin(api, '/psa/pins')).status).toBe(403)

  const audit = (query: string) => admin.json(`/api/v1/admin/audit?${query}`)
  const { entries } = (await audit(`account=${request!.account.email}&kind=access.approved&kind=access.declined`)).body
  expect(entries).toMatchObject([{ kind: 'access.declined', account: { email: request!.account.email } }, { kind: 'access.approved', words: expect.stringContaining('Welcome'), actor: { kind: 'key' } }])
  expect((await audit(`limit=1&before=${entries[0].id}&account=${request!.account.email}`)).body.entries).toMatchObject([{ kind: 'access.approved' }])
  expect((await api.json('/api/v1/admin/audit')).status).toBe(403)
})

test('a client of web3.storage asks through its own door', async () => {
  const api = await somebody()
  const ask = (body: object) => api.post('/web3/user/request', body)
  const wish = { tagName: 'HasPsaAccess', requestedTagValue: 'true', userProposalForm: '[{"label":"why","value":"a migration"}]' }
  expect(await ask(wish)).toMatchObject({ status: 200, body: true })
  expect(await openRequests()).toEqual([])
  await close(true)
  for (let i = 0; i < 2; i++) expect(await ask(wish)).toMatchObject({ status: 200, body: true })
  const requests = await openRequests()
  expect(requests).toMatchObject([{ purpose: wish.userProposalForm }])
  expect((await ask({ tagName: 'HasEverything' })).status).toBe(400)
  await admin.post(`/api/v1/admin/access-requests/${requests[0]!.id}`, { approve: true })
  expect((await pin(api, '/web3/pins')).status).toBe(202)
})

test('it stays closed over a restart', async () => {
  const api = await somebody()
  await close(true)
  await server.killAndRestart()
  expect((await eventually(() => pin(api, '/psa/pins'), ({ status }) => status !== 503)).status).toBe(403)
})
