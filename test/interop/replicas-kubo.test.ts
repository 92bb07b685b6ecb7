import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { client, eventually, pattern, type Client } from '../support/api.ts'
import { noKubo, startKubo, type Kubo } from '../support/kubo.ts'
import { startServer, tryServer, type TestServer } from '../support/server.ts'

describe.skipIf(noKubo)(`THOLE_NODE=kubo+http://…${noKubo ? ` (${noKubo})` : ''}`, () => {
  let kubo: Kubo
  let server: TestServer
  let api: Client
  let first: { cid: string; id: string }

  beforeAll(async () => {
    kubo = await startKubo()
    server = await startServer({ THOLE_REPLICAS_CHECK: '1', THOLE_LOG: 'info' })
    api = client(server.url, await server.createKey())
  })
  afterAll(async () => {
    await server?.stop()
    await kubo?.stop()
  })

  const statusOf = async (id: string) => (await api.json(`/psa/pins/${id}`)).body
  const pinned = (id: string) => eventually(() => statusOf(id), ({ status }) => status === 'pinned')
  const well = (id: string) => eventually(() => statusOf(id), ({ status, info }) => status === 'pinned' && info.status_details === undefined)
  const pins = async () => (await kubo.line(['pin', 'ls', '--type=recursive', '--names'])).split('\n')
  const isThere = async (cid: string) => (await pins()).includes(`${cid} recursive thole`)

  async function upload(bytes: Uint8Array<ArrayBuffer>) {
    const { body } = await api.upload(bytes)
    const cid = body.roots[0].cid as string
    const { results } = (await api.json(`/psa/pins?cid=${cid}&status=queued,pinning,pinned`)).body
    return { cid, id: results[0].requestid as string, status: results[0].status as string }
  }

  test('what was pinned before stays pinned while the node is out, degraded; what is sent waits and says why', async () => {
    const before = await upload(pattern(500_000, 100))
    expect(before.status).toBe('pinned')
    await server.killAndRestart({ THOLE_NODE: 'kubo+http://127.0.0.1:1' })
    first = before
    const degraded = await eventually(() => statusOf(before.id), ({ info }) => info.status_details !== undefined)
    expect([degraded.status, degraded.info.status_details]).toEqual(['pinned', expect.stringMatching(/degraded: 0 of 1 replica/)])
    const late = await upload(pattern(500_000, 101))
    expect(late.status).toBe('pinning')
    await eventually(() => statusOf(late.id), ({ info }) => /Kubo cannot be reached/.test(info.status_details))
    expect(server.output()).toMatch(/cannot be asked/)
    await server.killAndRestart({ THOLE_NODE: kubo.api.replace('http', 'kubo+http') })
    for (const { cid, id } of [before, late]) {
      await well(id)
      expect(await isThere(cid)).toBe(true)
    }
  })

  test('an upload is `pinned` when Kubo has fetched all of it', async () => {
    const bytes = pattern(5_000_000, 102)
    const { cid, id, status } = await upload(bytes)
    expect(status).toBe('pinning')
    await pinned(id)
    expect(await isThere(cid)).toBe(true)
    expect(Buffer.compare(await kubo.ipfs(['cat', '--offline', cid]), bytes)).toBe(0)
    expect((await api.json(`/api/v1/dags/${cid}`)).body.replicas).toMatchObject({ state: 'confirmed', wanted: 1, confirmed: ['Kubo'] })
    await api.json(`/psa/pins/${id}`, { method: 'DELETE' })
    await eventually(() => isThere(cid), (there) => !there)
  })

  test('a pin that was taken off by hand is made again', async () => {
    await kubo.line(['pin', 'rm', first.cid])
    await eventually(() => isThere(first.cid), (there) => there)
    await well(first.id)
  })

  test('without a network of its own it sends the content', async () => {
    await server.killAndRestart({ THOLE_NETWORK: 'none' })
    const bytes = pattern(30_000_000, 103)
    const { cid, id } = await upload(bytes)
    await pinned(id)
    expect(Buffer.compare(await kubo.ipfs(['cat', '--offline', cid]), bytes)).toBe(0)
    expect(await isThere(cid)).toBe(true)
  })

  test('back to embedded: what waits is pinned, and nothing speaks of replicas', async () => {
    await server.killAndRestart({ THOLE_NODE: 'kubo+http://127.0.0.1:1' })
    const { cid, id } = await upload(pattern(100_000, 104))
    await server.killAndRestart({ THOLE_NODE: 'embedded' })
    await well(id)
    expect((await api.json(`/api/v1/dags/${cid}`)).body.replicas).toBeUndefined()
  })

  test('more replicas than one node can hold are refused at start', async () => {
    const { code, err } = await tryServer({ ...server.env, THOLE_NODE: 'kubo+http://127.0.0.1:1', THOLE_REPLICAS: '2' })
    expect([code, err]).toEqual([1, expect.stringMatching(/THOLE_REPLICAS above 1 needs THOLE_NODE=cluster/)])
  })
})
