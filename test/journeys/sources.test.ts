import { buildFile, profiles, type Block } from '@thole/dag'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startRouter, type TestRouter } from '../../packages/server/src/network/testing/delegated-router.ts'
import { startGateway, type OddGateway } from '../../packages/server/src/network/testing/odd-gateway.ts'
import { startPeer, type PeerProcess } from '../../packages/server/src/network/testing/peer-process.ts'
import { client, eventually, pattern, rawBlock, type Client } from '../support/api.ts'
import { startServer, type TestServer } from '../support/server.ts'

/** A file of small blocks that are nowhere yet. */
async function file(seed: number): Promise<{ cid: string; bytes: Uint8Array; blocks: Block[] }> {
  const bytes = pattern(1_000_000, seed)
  const blocks: Block[] = []
  const content = (async function* () { yield bytes })()
  const { cid } = await buildFile(content, { ...profiles['unixfs-v1-2025'], chunkBytes: 16_384 }, (block) => void blocks.push(block))
  return { cid: cid.toString(), bytes, blocks }
}

describe.each(['local', 'public'])('under THOLE_NETWORK=%s', (mode) => {
  let server: TestServer
  let api: Client
  let gateway: OddGateway
  let other: OddGateway
  let router: TestRouter
  let peer: PeerProcess
  const isPublic = mode === 'public'

  beforeAll(async () => {
    ;[gateway, other, router, peer] = await Promise.all([startGateway(), startGateway(), startRouter(), startPeer('helia-peer')])
    const more: Record<string, string> = isPublic ? { THOLE_DIAL_PRIVATE: 'true', THOLE_SWARM: '/ip4/127.0.0.1/tcp/0', THOLE_BOOTSTRAP: 'none', THOLE_ROUTERS: router.url } : {}
    server = await startServer({ THOLE_NETWORK: mode, THOLE_HTTP_GATEWAYS: gateway.url, THOLE_FETCH_DEADLINE: '15', ...more })
    api = client(server.url, await server.createKey())
  })
  afterAll(() => Promise.all([server?.stop(), gateway?.stop(), other?.stop(), router?.stop(), peer?.stop()]))

  const served = async (cid: string) => Buffer.from(await (await fetch(`${server.url}/ipfs/${cid}`)).arrayBuffer())
  async function pinned(cid: string, origins: string[] = []) {
    const added = await api.post('/psa/pins', { cid, origins })
    expect(added.status).toBe(202)
    return eventually(async () => (await api.json(`/psa/pins/${added.body.requestid}`)).body, ({ status }) => status === 'pinned')
  }

  test('what only a configured gateway has is fetched from it, checked, and pinned', async () => {
    const { cid, bytes, blocks } = await file(1)
    gateway.put(blocks)
    await pinned(cid)
    expect((await served(cid)).equals(bytes)).toBe(true)
  })

  test('an origin may be an HTTP gateway', async () => {
    const { cid, bytes, blocks } = await file(2)
    other.put(blocks)
    await pinned(cid, [`/ip4/127.0.0.1/tcp/${new URL(other.url).port}/http`])
    expect((await served(cid)).equals(bytes)).toBe(true)
  })

  test('a gateway that lies is not believed: another one is asked', async () => {
    const { cid, bytes, blocks } = await file(3)
    gateway.temper = (_, response) => !!response.end('lies')
    other.put(blocks)
    await pinned(cid, [`/ip4/127.0.0.1/tcp/${new URL(other.url).port}/http`])
    expect((await served(cid)).equals(bytes)).toBe(true)
  })

  if (isPublic) {
    test('a router names a peer, and what that has is pinned without any origin', async () => {
      const { cid, bytes, blocks } = await file(4)
      await peer.tell({ op: 'put', blocks: blocks.map(({ cid: { bytes: of }, bytes: content }) => ({ cid: of, bytes: content })) })
      const [, address, id] = /^(.+)\/p2p\/(.+)$/.exec(peer.address)!
      router.name([{ Schema: 'peer', ID: id, Addrs: [address, '/ip4/127.0.0.1/udp/4001/quic-v1'], Protocols: ['transport-bitswap'] }])
      await pinned(cid)
      expect((await served(cid)).equals(bytes)).toBe(true)
      expect(router.asked).toContain(`/routing/v1/providers/${cid}`)
    })

    test('a router names a gateway', async () => {
      const { cid, bytes, blocks } = await file(5)
      other.put(blocks)
      const id = /\/p2p\/(.+)$/.exec(peer.address)![1]
      router.name([{ Schema: 'peer', ID: id, Addrs: [`/ip4/127.0.0.1/tcp/${new URL(other.url).port}/http`], Protocols: ['transport-ipfs-gateway-http'] }])
      await pinned(cid)
      expect((await served(cid)).equals(bytes)).toBe(true)
    })
  }

  test('what nobody has: the reason names everybody who was asked', async () => {
    if (isPublic) router.name([])
    const { cid } = rawBlock(Buffer.from(`nowhere, ${mode}`))
    const added = await api.post('/psa/pins', { cid: cid.toString(), origins: [`/ip4/127.0.0.1/tcp/${new URL(other.url).port}/http`] })
    const names = (text: string) => (isPublic ? text.includes(router.url) && text.includes('nobody provides it') : true) && text.includes(gateway.url)
    await eventually(async () => (await api.json(`/psa/pins/${added.body.requestid}`)).body, ({ info }) => names(info.status_details))
    if (!isPublic) expect(router.asked).toEqual([])
  })
})
