import { afterAll, beforeAll, expect, test } from 'vitest'
import { client, rawBlock, type Client } from '../support/api.ts'
import { anyStatus, inlineCid } from '../support/psa.ts'
import { startServer, type TestServer } from '../support/server.ts'

const cap = 5

let server: TestServer
let api: Client
let another: Client

beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none', THOLE_MAX_WAITING_PINS: String(cap) })
  api = client(server.url, await server.createKey())
  another = client(server.url, await server.createKey(undefined, 'another@example.org'))
})
afterAll(() => server?.stop())

const unknown = (name: string) => ({ cid: rawBlock(Buffer.from(`nobody has ${name}`)).cid.toString(), name })
const waiting = async () => (await api.json(`/psa/pins?limit=1000&${anyStatus}`)).body.results.map(({ pin }: { pin: { name: string } }) => pin.name)

test('row 40: an account may let so many requests wait, in parallel too; the others are refused and leave nothing', async () => {
  const answers = await Promise.all(Array.from({ length: 3 * cap }, (_, i) => api.post('/psa/pins', unknown(`${i}`))))
  const refused = answers.filter(({ status }) => status !== 202)
  expect(refused).toHaveLength(2 * cap)
  for (const { status, body } of refused) {
    expect([status, body]).toEqual([409, { error: { reason: 'INSUFFICIENT_FUNDS', details: expect.stringMatching(/5 pin requests wait already.*THOLE_MAX_WAITING_PINS.*delete/) } }])
  }
  expect(await waiting()).toHaveLength(cap)
})

test('row 40: what is here does not wait; other accounts do as they like; there is room again after a delete, and a replacement takes the place of the old', async () => {
  expect((await api.post('/psa/pins', { cid: inlineCid('here'), name: 'here' })).body.status).toBe('pinned')
  expect((await another.post('/psa/pins', unknown('another'))).status).toBe(202)
  const [old] = (await api.json(`/psa/pins?status=queued,pinning`)).body.results
  const replaced = await api.post(`/psa/pins/${old.requestid}`, unknown('in its place'))
  expect(replaced.status).toBe(202)
  expect((await api.post('/psa/pins', unknown('late'))).status).toBe(409)
  expect((await api.json(`/psa/pins/${replaced.body.requestid}`, { method: 'DELETE' })).status).toBe(202)
  expect((await api.post('/psa/pins', unknown('late'))).status).toBe(202)
  const names = await waiting()
  expect([names.length, names.includes('late'), names.includes('in its place')]).toEqual([cap + 1, true, false])
})
