import { buildFile, profiles, type Block } from '@thole/dag'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPeer, type PeerProcess } from '../../packages/server/src/network/testing/peer-process.ts'
import { client, eventually, pattern, type Client } from '../support/api.ts'
import { childrenOf } from '../support/processes.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { startValve } from '../support/valve.ts'

let server: TestServer
let api: Client
let peer: PeerProcess

beforeAll(async () => {
  ;[server, peer] = await Promise.all([startServer(), startPeer('helia-peer')])
  api = client(server.url, await server.createKey())
})
afterAll(async () => {
  await server?.stop()
  await peer?.stop()
})

/** A file of many small blocks that only the other peer has. */
async function onlyThere(bytes: Uint8Array, chunkBytes = 16 * 1024): Promise<string> {
  const blocks: Block[] = []
  const file = await buildFile((async function* () { yield bytes })(), { ...profiles['unixfs-v1-2025'], chunkBytes }, (block) => void blocks.push(block))
  await peer.tell({ op: 'put', blocks: blocks.map(({ cid, bytes: content }) => ({ cid: cid.bytes, bytes: content })) })
  return file.cid.toString()
}

const statusIn = (by: Client, id: string) => async () => (await by.json(`/psa/pins/${id}`)).body
const statusOf = (id: string) => statusIn(api, id)
const served = async (cid: string) => Buffer.from(await (await fetch(`${server.url}/ipfs/${cid}`)).arrayBuffer())

test('a CID that only another node holds, named by its origin, is fetched, pinned and served', async () => {
  const bytes = pattern(2_000_000, 41)
  const cid = await onlyThere(bytes)
  const added = await api.post('/psa/pins', { cid, name: 'from afar', origins: ['/ip4/127.0.0.1/tcp/9/p2p/nonsense', '/dns4/x/udp/4001/quic-v1', peer.address] })
  expect(added.status).toBe(202)
  expect(['queued', 'pinning']).toContain(added.body.status)
  const pinned = await eventually(statusOf(added.body.requestid), ({ status }) => status === 'pinned')
  expect(Number(pinned.info.dag_size)).toBeGreaterThan(2_000_000)
  expect((await served(cid)).equals(bytes)).toBe(true)
  expect((await api.json(`/api/v1/dags/${cid}`)).body).toMatchObject({ state: 'complete', missingCount: 0 })
})

test('two requests for one CID share the fetch; deleting one leaves the other', async () => {
  const bytes = pattern(700_000, 42)
  const cid = await onlyThere(bytes)
  const other = client(server.url, await server.createKey(undefined, 'other@example.org'))
  const [mine, theirs] = await Promise.all([api.post('/psa/pins', { cid }), other.post('/psa/pins', { cid, origins: [peer.address] })])
  await eventually(statusOf(mine!.body.requestid), ({ status }) => status === 'pinned')
  expect((await other.json(`/psa/pins/${theirs!.body.requestid}`)).body.status).toBe('pinned')
  expect((await api.call(`/psa/pins/${mine!.body.requestid}`, { method: 'DELETE' })).status).toBe(202)
  expect((await served(cid)).equals(bytes)).toBe(true)
})

test('row 32: kill -9 during a fetch: it goes on by itself; kill -9 of the network process: back at once, and no request fails', async () => {
  // A server of its own: one that knows the peer already would not go through the valve.
  const server = await startServer()
  const api = client(server.url, await server.createKey())
  const bytes = pattern(6_000_000, 43)
  const cid = await onlyThere(bytes)
  const [, port, id] = /\/tcp\/(\d+)(\/p2p\/.+)$/.exec(peer.address)!
  const valve = await startValve(Number(port))
  try {
    const first = valve.letThrough(1_500_000)
    const added = await api.post('/psa/pins', { cid, origins: [`/ip4/127.0.0.1/tcp/${valve.port}${id}`] })
    await first
    await server.killAndRestart()
    const status = async () => (await api.json(`/psa/pins/${added.body.requestid}`)).body
    expect(['queued', 'pinning']).toContain((await status()).status)

    const second = valve.letThrough(1_500_000)
    await second
    const [guest] = await childrenOf(server.pid, 'tholed-network')
    process.kill(guest!, 'SIGKILL')
    const answers: number[] = []
    const backBy = Date.now() + 2_000
    for (let back = false; !back; ) {
      answers.push((await api.call('/psa/pins?limit=1')).status, (await fetch(`${server.url}/healthz`)).status)
      const state = (await api.json('/api/v1/instance')).body.network.state
      back = state === 'running' && (await childrenOf(server.pid, 'tholed-network'))[0] !== guest
      expect(back || Date.now() < backBy).toBe(true)
    }
    expect(new Set(answers)).toEqual(new Set([200]))
    void valve.letThrough(Infinity)
    await eventually(status, (pin) => pin.status === 'pinned', 60_000)
    const answer = await fetch(`${server.url}/ipfs/${cid}`)
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true)
  } finally {
    await valve.close()
    await server.stop()
  }
}, 120_000)

test('a full disk: a fetch waits and says so, what is here is read, and it goes on when there is room', async () => {
  const server = await startServer()
  const api = client(server.url, await server.createKey())
  const kept = (await api.upload('kept')).body.roots[0].cid
  const bytes = pattern(3_000_000, 48)
  const cid = await onlyThere(bytes)
  const [, port, id] = /\/tcp\/(\d+)(\/p2p\/.+)$/.exec(peer.address)!
  const valve = await startValve(Number(port))
  try {
    await server.killAndRestart({ THOLE_MIN_FREE: String(Number.MAX_SAFE_INTEGER) })
    void valve.letThrough(500_000)
    const { requestid } = (await api.post('/psa/pins', { cid, origins: [`/ip4/127.0.0.1/tcp/${valve.port}${id}`] })).body
    await eventually(statusIn(api, requestid), ({ status, info }) => status === 'queued' && /storage of this server is full/.test(info.status_details))
    expect((await fetch(`${server.url}/ipfs/${kept}`)).status).toBe(200)
    expect((await api.upload('more')).status).toBe(507)
    await server.killAndRestart({ THOLE_MIN_FREE: '0' })
    void valve.letThrough(Infinity)
    await eventually(statusIn(api, requestid), ({ status }) => status === 'pinned', 60_000)
  } finally {
    await valve.close()
    await server.stop()
  }
}, 120_000)
