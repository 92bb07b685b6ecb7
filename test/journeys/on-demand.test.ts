import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { client, eventually, type Client } from '../support/api.ts'
import { anyStatus } from '../support/psa.ts'
import { startServer, type TestServer } from '../support/server.ts'

const listed = async (api: Client) => ((await api.json('/api/v1/uploads')).body.uploads as { name?: string; roots: { cid: string; pinned: boolean; expires?: string; visits: number; lastVisit?: string }[] }[]).map(({ roots }) => roots[0]!)
const pins = async (api: Client) => (await api.json(`/psa/pins?${anyStatus}`)).body as { count: number; results: { requestid: string; status: string }[] }
const read = async (url: string, cid: string, method = 'GET') => (await fetch(`${url}/ipfs/${cid}`, { method })).status
const settle = (api: Client, onDemand: boolean) => api.json('/api/v1/account/settings', { method: 'PUT', body: JSON.stringify({ onDemand }), headers: { 'content-type': 'application/json' } })

/** What the doors of web3.storage and NFT.Storage tell of it: to everybody, to its owner, and in lists. */
async function classicWords(api: Client, cid: string) {
  const [status, check, nft, uploads, tokens] = await Promise.all([`/web3/status/${cid}`, `/nft/check/${cid}`, `/nft/${cid}`, '/web3/user/uploads', '/nft/'].map(async (path) => (await api.json(path)).body))
  const listed = [uploads.find((one: { cid: string }) => one.cid === cid).pins[0].status, tokens.value.find((one: { cid: string }) => one.cid === cid).pin.status]
  return [status.pins[0].status, check.value.pin.status, nft.value.pin.status, ...listed, 'missing' in status]
}
const waits = ['PinQueued', 'queued', 'queued', 'PinQueued', 'queued', false]
const pinned = ['Pinned', 'pinned', 'pinned', 'Pinned', 'pinned', false]

describe('an account whose uploads wait for their first reader', () => {
  let server: TestServer
  let api: Client

  beforeAll(async () => {
    server = await startServer({ THOLE_NETWORK: 'none' })
    api = client(server.url, await server.createKey())
    expect((await api.json('/api/v1/account/settings')).body).toEqual({ onDemand: false })
    expect((await settle(api, true)).status).toBe(204)
    expect((await api.json('/api/v1/account/settings')).body).toEqual({ onDemand: true })
  })
  afterAll(() => server?.stop())

  const doors: [string, (body: string) => Promise<string>][] = [
    ['our own API', async (body) => (await api.upload(body)).body.roots[0].cid],
    ['web3.storage', async (body) => (await api.upload(body, '/web3/upload')).body.cid],
    ['NFT.Storage', async (body) => (await api.upload(body, '/nft/upload')).body.value.cid],
    ['Pinion', async (body) => (await api.upload(body, '/upload/api/v1/')).body.pin.cid],
  ]

  test.each(doors)('stores and serves what comes by %s, and pins it with the first GET', async (name, send) => {
    const before = (await pins(api)).count
    const cid = await send(`on demand by ${name}`)
    const root = async () => (await listed(api)).find((one) => one.cid === cid)!
    expect(await root()).toMatchObject({ pinned: false, visits: 0 })
    expect((await root()).expires).toBeUndefined()
    expect(await read(server.url, cid, 'HEAD')).toBe(200)
    expect((await pins(api)).count).toBe(before)
    expect(await classicWords(api, cid)).toEqual(waits)
    expect(await read(server.url, cid)).toBe(200)
    expect((await pins(api)).count).toBe(before + 1)
    expect(await classicWords(api, cid)).toEqual(pinned)
    expect((await eventually(root, ({ visits }) => visits > 0)).lastVisit).toBeDefined()
    expect((await root()).pinned).toBe(true)
  })

  test('is told so while nobody has it pinned, by anybody’s key', async () => {
    const other = client(server.url, await server.createKey(undefined, 'another@example.org'))
    const { cid } = (await api.upload('one waits, another does not', '/web3/upload')).body
    expect(await classicWords(api, cid)).toEqual(waits)
    const { body } = await other.post('/psa/pins', { cid })
    expect(body.status).toBe('pinned')
    expect(await classicWords(api, cid)).toEqual(pinned)
    await other.call(`/psa/pins/${body.requestid}`, { method: 'DELETE' })
    expect(await classicWords(api, cid)).toEqual(waits)
  })

  test('is told a request by Pinion’s door that stays the same when it is pinned', async () => {
    const { body } = await api.upload('told before', '/upload/api/v1/?name=later')
    expect(body).toMatchObject({ status: 'pinning', pin: { name: 'later' } })
    const asked = async () => (await api.json(`/pinning/api/v1/pins/${body.requestid}`)).body
    expect(await asked()).toMatchObject({ requestid: body.requestid, status: 'queued', pin: body.pin })
    await read(server.url, body.pin.cid)
    expect(await asked()).toMatchObject({ requestid: body.requestid, status: 'pinned', pin: body.pin })
    const other = client(server.url, await server.createKey(undefined, 'other@example.org'))
    expect((await other.json(`/psa/pins/${body.requestid}`)).status).toBe(404)
  })

  test('may say otherwise for one upload', async () => {
    const before = (await pins(api)).count
    await api.upload('pinned at once', '/api/v1/uploads?pin=true')
    expect((await pins(api)).count).toBe(before + 1)
    await settle(api, false)
    await api.upload('pinned by default')
    expect((await pins(api)).count).toBe(before + 2)
    await api.upload('this one waits', '/api/v1/uploads?pin=false')
    expect((await pins(api)).count).toBe(before + 2)
  })
})

test('with THOLE_UNPINNED_TTL what nobody reads is gone, after its owner was warned', async () => {
  const server = await startServer({ THOLE_NETWORK: 'none', THOLE_UNPINNED_TTL: '4', THOLE_RECLAIM_GRACE: '0' })
  try {
    const api = client(server.url, await server.createKey())
    const [unread, readOnce] = [(await api.upload('nobody reads this', '/api/v1/uploads?pin=false')).body.roots[0].cid, (await api.upload('somebody reads this', '/api/v1/uploads?pin=false')).body.roots[0].cid]
    await api.upload('pinned')
    expect((await listed(api)).map(({ expires }) => typeof expires)).toEqual(['undefined', 'string', 'string'])
    expect(await read(server.url, readOnce)).toBe(200)
    const events = async () => ((await api.json('/api/v1/events')).body.events as { kind: string }[]).map(({ kind }) => kind)
    await eventually(events, (kinds) => kinds.includes('upload.expiring'))
    await eventually(() => listed(api), (roots) => roots.length === 2)
    expect((await listed(api)).map(({ cid }) => cid)).not.toContain(unread)
    expect(await events()).toContain('upload.expired')
    expect(await read(server.url, unread)).not.toBe(200)
    expect(await read(server.url, readOnce)).toBe(200)
  } finally {
    await server.stop()
  }
})
