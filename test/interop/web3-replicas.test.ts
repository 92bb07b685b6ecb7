import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { client, eventually, pattern } from '../support/api.ts'
import { noCluster, startCluster } from '../support/cluster.ts'
import { noKubo, startKubo, type Kubo } from '../support/kubo.ts'
import { startServer, type TestServer } from '../support/server.ts'

describe.skipIf(noKubo)(noKubo ?? 'pins of the web3.storage dialect, with a replica on Kubo', () => {
  let kubo: Kubo
  let server: TestServer

  beforeAll(async () => {
    kubo = await startKubo()
    server = await startServer({ THOLE_NODE: 'kubo+http://127.0.0.1:1' })
  })
  afterAll(async () => {
    await server?.stop()
    await kubo?.stop()
  })

  test('one entry is this server, one the node; Pinning until it has confirmed', async () => {
    const key = await server.createKey()
    const api = client(`${server.url}/web3`, key)
    const { cid } = (await api.upload(pattern(300_000, 5), '/upload')).body
    const nft = client(`${server.url}/nft`, key)
    const minted = (await nft.upload(pattern(300_000, 7), '/upload')).body.value
    const standing = async (path: string) => (await nft.json(path)).body.value.pin.status as string
    expect([minted.pin.status, await standing(`/${minted.cid}`), await standing(`/check/${minted.cid}`)]).toEqual(['pinning', 'pinning', 'pinning'])
    const pins = async () => (await api.json(`/status/${cid}`)).body.pins as { status: string; peerId: string; peerName: string }[]
    expect(await pins()).toMatchObject([{ status: 'Pinning', peerName: 'thole' }])
    await server.killAndRestart({ THOLE_NODE: kubo.api.replace('http', 'kubo+http') })
    const here = client(`${server.url}/web3`, await server.createKey())
    const confirmed = await eventually(pins, (found) => found.length === 2)
    expect(confirmed).toMatchObject([{ status: 'Pinned', peerName: 'thole', peerId: expect.stringMatching(/^12D3KooW/) }, { status: 'Pinned', peerName: 'Kubo', peerId: kubo.peerId }])
    expect((await here.json(`/user/uploads/${cid}`)).body.pins).toEqual(confirmed)
    const later = (path: string) => eventually(async () => (await client(`${server.url}/nft`, key).json(path)).body.value.pin.status as string, (status) => status === 'pinned')
    expect([await later(`/${minted.cid}`), await later(`/check/${minted.cid}`)]).toEqual(['pinned', 'pinned'])
    expect(await kubo.line(['pin', 'ls', '--type=recursive', minted.cid])).toContain(minted.cid)
  })
})

describe.skipIf(noCluster)(noCluster ?? 'and with two replicas on IPFS Cluster', () => {
  test('each peer has an entry of its own', async () => {
    await using opened = new AsyncDisposableStack()
    const cluster = opened.adopt(await startCluster({ size: 2 }), (it) => it.stop())
    const server = opened.adopt(await startServer({ THOLE_NODE: cluster.peers[0]!.api.replace('http', 'cluster+http'), THOLE_REPLICAS: '2' }), (it) => it.stop())
    const api = client(`${server.url}/web3`, await server.createKey())
    const { cid } = (await api.upload(pattern(300_000, 6), '/upload')).body
    const pins = await eventually(async () => (await api.json(`/status/${cid}`)).body.pins as { status: string; peerId: string }[], (found) => found[0]?.status === 'Pinned')
    expect(pins.map(({ status }) => status)).toEqual(['Pinned', 'Pinned', 'Pinned'])
    expect(pins.slice(1).map(({ peerId }) => peerId).toSorted()).toEqual(cluster.peers.map(({ kubo }) => kubo.peerId).toSorted())
  })
})
