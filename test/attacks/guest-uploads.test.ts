import { afterAll, beforeAll, expect, test } from 'vitest'
import { car, client, pattern, rawBlock, type Client } from '../support/api.ts'
import { memberWithPlan, send } from '../support/planned.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { sendSigned, signedFor } from '../support/wallet.ts'

let server: TestServer
let payer: Awaited<ReturnType<typeof memberWithPlan>>
let admin: Client
beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none', THOLE_METAPLEX_ACCOUNT: 'payer@example.org', THOLE_METAPLEX_MAX_BYTES: '1000000', THOLE_METAPLEX_RATE: '0' })
  admin = client(server.url, await server.createKey(['account', 'admin', 'pins:read']))
  payer = await memberWithPlan(server, admin, 'payer', { storageBytes: 10_000, blocks: 6, inFlightPins: 1 })
})
afterAll(() => server?.stop())

/** What a wallet that nobody knows is answered. */
function bring(length: number, seed: number) {
  const block = rawBlock(pattern(length, seed))
  return sendSigned(server.url, signedFor(block), car([block.cid], [block]))
}
const usage = async () => (await payer.json('/api/v1/usage')).body

test('guests fill the account that pays as far as its plan gives, and learn nothing of it', async () => {
  await expect.poll(async () => (await usage()).plan?.id).toBe('payer')
  expect((await bring(9_000, 1)).status).toBe(200)
  const answer = await bring(2_000, 2)
  expect(answer.status).toBe(413)
  expect(answer.body.error.message).toContain('the account that pays for such uploads has no room for it')
  expect(answer.body.error.message).not.toMatch(/\d|[Pp]lan/)
  // All at once, each alone would fit.
  const all = await Promise.all([3, 4, 5, 6, 7, 8].map((seed) => bring(600, seed)))
  expect(all.map(({ status }) => status).toSorted()).toEqual([200, 413, 413, 413, 413, 413])
  expect(await usage()).toMatchObject({ bytes: 9_600, reserved: { bytes: 0 } })
})

test('nor more blocks than it gives', async () => {
  const statuses: number[] = []
  for (const seed of [11, 12, 13, 14, 15]) statuses.push((await bring(10, seed)).status)
  expect(statuses).toEqual([200, 200, 200, 200, 413])
  expect(await usage()).toMatchObject({ bytes: 9_640, blocks: 6, reserved: { bytes: 0 } })
})

test('where its uploads wait for their first reader, guests are told so', async () => {
  await send(admin, 'PATCH', `/api/v1/admin/accounts/${payer.id}`, { plan: null })
  await send(payer, 'PUT', '/api/v1/account/settings', { onDemand: true })
  const answer = await bring(5_000, 21)
  expect(answer).toMatchObject({ status: 200, body: { value: { size: 5_000, pin: { status: 'queued', size: 5_000 } } } })
  const { cid } = answer.body.value
  expect((await fetch(`${server.url}/ipfs/${cid}`)).status).toBe(200)
  expect((await payer.json(`/nft/${cid}`)).body.value).toEqual({ ...answer.body.value, pin: { ...answer.body.value.pin, status: 'pinned' } })
})

test('a suspended account pays for nobody', async () => {
  await send(admin, 'PATCH', `/api/v1/admin/accounts/${payer.id}`, { suspended: true })
  expect(await bring(100, 31)).toMatchObject({ status: 403, body: { error: { code: 'ERROR_ACCOUNT_RESTRICTED' } } })
})
