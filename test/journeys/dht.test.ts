import { afterAll, beforeAll, expect, test } from 'vitest'
import { CID } from 'multiformats/cid'
import { leaf, node } from '../../packages/server/src/domain/testing/blocks.ts'
import { randomBlocks } from '../../packages/server/src/network/testing/blocks.ts'
import { startDht, type DhtPeer } from '../../packages/server/src/network/testing/dht-peers.ts'
import { client, eventually, pattern, type Client } from '../support/api.ts'
import { childrenOf } from '../support/processes.ts'
import { startServer, tryServer, type TestServer } from '../support/server.ts'

let peers: DhtPeer[]
let server: TestServer
let api: Client

const publicAt = (peer: DhtPeer) => ({ THOLE_NETWORK: 'public', THOLE_SWARM: '/ip4/127.0.0.1/tcp/0', THOLE_DIAL_PRIVATE: 'true', THOLE_BOOTSTRAP: peer.address })

beforeAll(async () => {
  peers = await startDht(5)
  server = await startServer(publicAt(peers[1]!))
  api = client(server.url, await server.createKey(['pins:read', 'pins:write', 'upload', 'admin']))
})
afterAll(async () => {
  await server?.stop()
  await Promise.all(peers.map((peer) => peer.close()))
})

const network = async () => (await api.json('/api/v1/network')).body
const ownId = async () => (await network()).peerId as string
async function upload(seed: number): Promise<{ cid: CID; bytes: Uint8Array }> {
  const bytes = pattern(5000, seed)
  const { body } = await api.upload(bytes)
  return { cid: CID.parse(body.roots[0].cid), bytes }
}

test('a CID without origins is found by the DHT, fetched and pinned', async () => {
  const [block] = randomBlocks(1, 3000)
  await peers[4]!.provide([block!])
  const { body } = await api.post('/psa/pins', { cid: String(block!.cid) })
  await eventually(async () => (await api.json(`/psa/pins/${body.requestid}`)).body, ({ status }) => status === 'pinned')
})

test('blocks of one DAG that different peers provide are found too', async () => {
  const far = leaf('only elsewhere')
  const root = node(far, leaf('with the root'))
  await peers[3]!.provide([root, leaf('with the root')])
  await peers[0]!.provide([far])
  const { body } = await api.post('/psa/pins', { cid: String(root.cid) })
  await eventually(async () => (await api.json(`/psa/pins/${body.requestid}`)).body, ({ status }) => status === 'pinned')
})

test('a CID that nobody provides says so', async () => {
  const { body } = await api.post('/psa/pins', { cid: String(randomBlocks(1, 100)[0]!.cid) })
  const waiting = await eventually(async () => (await api.json(`/psa/pins/${body.requestid}`)).body, ({ info }) => /DHT/.test(info?.status_details ?? ''))
  expect(waiting.info.status_details).toContain('nobody provides it')
})

test('what is uploaded is announced: others find it by the DHT and fetch it by Bitswap', async () => {
  const { cid, bytes } = await upload(1)
  await eventually(() => peers[2]!.providers(cid), (found) => found.length > 0)
  expect(await peers[2]!.providers(cid)).toEqual([await ownId()])
  expect(await peers[3]!.fetch(cid)).toEqual(bytes)
  expect((await network()).providing).toMatchObject({ rate: 5, backlog: { roots: 0, isMore: false }, failed: 0, failing: [] })
})

test('kill -9 before it was announced loses nothing', async () => {
  const { cid } = await upload(2)
  await server.killAndRestart()
  await eventually(() => peers[0]!.providers(cid), (found) => found.length > 0)
})

test('a network process that dies takes no announcement with it', async () => {
  const [guest] = await childrenOf(server.pid, 'tholed-network')
  const { cid } = await upload(3)
  process.kill(guest!, 'SIGKILL')
  await eventually(() => peers[0]!.providers(cid), (found) => found.length > 0, 30_000)
})

test('what was held before the network was public is announced when it is', async () => {
  const other = await startServer()
  try {
    const its = client(other.url, await other.createKey(['upload', 'admin']))
    const cid = CID.parse((await its.upload(pattern(3000, 4))).body.roots[0].cid)
    expect((await its.json('/api/v1/network')).body.providing.off).toContain('THOLE_NETWORK=local')
    expect(await peers[0]!.providers(cid)).toEqual([])
    await other.killAndRestart(publicAt(peers[2]!))
    await eventually(() => peers[0]!.providers(cid), (found) => found.length > 0)
  } finally {
    await other.stop()
  }
})

test('the DHT belongs to the public network', async () => {
  const { code, err } = await tryServer({ ...server.env, THOLE_NETWORK: 'local', THOLE_BOOTSTRAP: peers[0]!.address })
  expect(code).not.toBe(0)
  expect(err).toContain('THOLE_BOOTSTRAP needs THOLE_NETWORK=public')
})
