import { afterAll, beforeAll, expect, test } from 'vitest'
import { car, client, pattern, rawBlock, type Client } from '../support/api.ts'
import { memberWithPlan, send } from '../support/planned.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let admin: Client
beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none' })
  admin = client(server.url, await server.createKey(['account', 'admin', 'upload']))
})
afterAll(() => server?.stop())

/** What was read is counted, and warned of, after the answer. */
const soon = { timeout: 5_000 }
const free = { words: '', priceGibMonth: 0, priceGibSent: 0, currency: 'EUR' }

const member = (name: string, limits: Record<string, number>) => memberWithPlan(server, admin, name, limits)

test('a full account is refused in the words of each door, and loses nothing', async () => {
  const who = await member('full', { storageBytes: 10_000, inFlightPins: 1, keys: 3 })
  const kept = await who.upload(pattern(9_000, 1))
  expect(kept.status).toBe(201)
  const words = /Plan full has room for 9.8 KiB, 8.8 KiB of it are used, this takes [\d.]+ KiB more; for more, see http.*\/plans/
  const block = rawBlock(pattern(5_000, 2))
  const asCar = { method: 'POST', body: car([block.cid], [block]) as BodyInit, headers: { 'content-type': 'application/vnd.ipld.car' } }
  expect(await who.upload(pattern(5_000, 2))).toMatchObject({ status: 413, body: { code: 'QUOTA_EXCEEDED', detail: expect.stringMatching(words) } })
  expect(await who.json('/web3/car', asCar)).toMatchObject({ status: 413, body: { code: 'QUOTA_EXCEEDED', message: expect.stringMatching(words) } })
  expect(await who.json('/nft/upload', asCar)).toMatchObject({ status: 413, body: { ok: false, error: { message: expect.stringMatching(words) } } })
  expect(await who.json('/upload/api/v1', { ...asCar, headers: {}, body: pattern(5_000, 2) })).toMatchObject({ status: 413, body: { error: 'QUOTA_EXCEEDED', message: expect.stringMatching(words) } })

  // What is here counts at once, what is not needs some room.
  await admin.upload(pattern(5_000, 2))
  expect(await who.post('/psa/pins', { cid: block.cid.toString() })).toMatchObject({ status: 409, body: { error: { reason: 'INSUFFICIENT_FUNDS', details: expect.stringContaining('has room for') } } })
  const elsewhere = (seed: number) => rawBlock(pattern(50, seed)).cid.toString()
  expect((await who.post('/psa/pins', { cid: elsewhere(11) })).status).toBe(202)
  expect(await who.post('/psa/pins', { cid: elsewhere(12) })).toMatchObject({ status: 409, body: { error: { reason: 'INSUFFICIENT_FUNDS', details: expect.stringContaining('your plan') } } })

  for (const status of [201, 201, 409]) expect((await who.post('/api/v1/keys', { name: 'k', scopes: ['upload'] })).status).toBe(status)

  expect((await who.json('/api/v1/uploads')).body.count).toBe(1)
  const usage = (await who.json('/api/v1/usage')).body
  expect(usage).toMatchObject({ bytes: 9_000, keys: 3, inFlightPins: 1, plan: { id: 'full', storageBytes: 10_000, blocks: null } })
  expect(usage.shares).toEqual([{ what: 'storage', used: 9_000, limit: 10_000, percent: 90, warning: 90 }])
  const warned = async () => (await who.json('/api/v1/events')).body.events.filter(({ kind }: { kind: string }) => kind.startsWith('quota.'))
  await expect.poll(async () => (await warned()).map(({ words: said }: { words: string }) => said), soon).toEqual(['90 % of what the plan gives of storage is used.'])

  await who.call(`/api/v1/uploads/${kept.body.id}`, { method: 'DELETE' })
  expect((await who.upload(pattern(9_000, 3))).status).toBe(201)
  expect(await warned()).toHaveLength(1)
})

test('what a plan gives for a month, and for a minute', async () => {
  const reader = await member('reader', { bandwidthBytes: 100_000, requestsPerMinute: 40 })
  const { body } = await reader.upload(pattern(60_000, 4))
  const path = `/gateway/api/v1/ipfs/${body.roots[0].cid}`
  const read = async () => (await reader.call(path)).status
  expect([await read(), await read()]).toEqual([200, 200])
  await expect.poll(read, soon).toBe(429)
  const refused = await reader.call(path)
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
  expect(await refused.text()).toMatch(/KiB were sent of the 97.7 KiB that the plan Plan reader gives; it begins anew on \d{4}-\d\d-01/)
  // The public gets it, and so does whoever looks what is used up.
  expect((await fetch(`${server.url}/ipfs/${body.roots[0].cid}`)).status).toBe(200)
  expect((await reader.json('/api/v1/usage')).body.shares).toMatchObject([{ what: 'bandwidth', warning: 100 }])

  const asker = await member('asker', { requests: 5 })
  const statuses: number[] = []
  for (let i = 0; i < 8; i++) statuses.push((await asker.call('/api/v1/keys')).status)
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429, 429])

  const busy = await member('busy', { requestsPerMinute: 3 })
  const another = client(server.url, await server.createKey(undefined, 'busy@example.org'))
  const mixed = await Promise.all(Array.from({ length: 10 }, async (_, i) => (await (i % 2 ? busy : another).call('/api/v1/keys')).status))
  expect(mixed.filter((status) => status === 200)).toHaveLength(3)
  expect(mixed.filter((status) => status === 429)).toHaveLength(7)
})

test('admins see all accounts, give plans, and suspend; others do not', async () => {
  const who = await member('plain', { storageBytes: 1 })
  await send(admin, 'PUT', '/api/v1/admin/plans-page', { words: 'Write to us.', contact: 'help@example.org' })
  expect((await who.json('/api/v1/plans')).body).toMatchObject({ current: 'plain', words: 'Write to us.', contact: 'help@example.org', plans: expect.arrayContaining([expect.objectContaining({ id: 'free', storageBytes: 5 * 2 ** 30 })]) })
  for (const [method, path, body] of [['GET', 'accounts'], ['PUT', 'plans/mine', { ...free, name: 'x' }], ['PATCH', `accounts/${who.id}`, { plan: null }], ['PUT', 'plans-page', { words: '', contact: '' }], ['DELETE', 'plans/plain'], ['GET', `accounts/${who.id}/usage`]] as const) {
    expect([path, (await who.json(`/api/v1/admin/${path}`, { method, ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }) })).status]).toEqual([path, 403])
  }
  expect((await admin.json('/api/v1/admin/plans/plain', { method: 'DELETE' })).status).toBe(409)
  expect((await send(admin, 'PATCH', `/api/v1/admin/accounts/${who.id}`, { plan: 'nothing' })).status).toBe(404)
  await send(admin, 'PATCH', `/api/v1/admin/accounts/${who.id}`, { plan: null })
  // No key is believed longer than it is true, in the process that changed the account.
  expect((await who.upload(pattern(100, 5))).status).toBe(201)
  await send(admin, 'PATCH', `/api/v1/admin/accounts/${who.id}`, { suspended: true })
  expect((await who.call('/api/v1/keys')).status).toBe(403)
  expect((await admin.json('/api/v1/admin/accounts?search=plain@')).body.accounts).toMatchObject([{ suspended: true, bytes: 100 }])
  await send(admin, 'PATCH', `/api/v1/admin/accounts/${who.id}`, { suspended: false })
  expect((await who.call('/api/v1/keys')).status).toBe(200)
  const [me] = (await admin.json('/api/v1/admin/accounts?search=admin@')).body.accounts
  expect((await send(admin, 'PATCH', `/api/v1/admin/accounts/${me.id}`, { suspended: true })).status).toBe(409)
})
