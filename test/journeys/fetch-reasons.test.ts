import { buildFile, profiles, type Block } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPeer, type PeerProcess } from '../../packages/server/src/network/testing/peer-process.ts'
import { client, eventually, pattern, rawBlock, type Client } from '../support/api.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let api: Client
let peer: PeerProcess
let mute: PeerProcess

beforeAll(async () => {
  ;[server, peer, mute] = await Promise.all([startServer({ THOLE_MAX_DAG_BLOCKS: '60' }), startPeer('helia-peer'), startPeer('odd-peer', 'mute')])
  api = client(server.url, await server.createKey())
})
afterAll(async () => {
  await server?.stop()
  await peer?.stop()
  await mute?.stop()
})

/** A file of many small blocks, and how the other peer gets it. */
async function fileOf(bytes: Uint8Array) {
  const blocks: Block[] = []
  const file = await buildFile((async function* () { yield bytes })(), { ...profiles['unixfs-v1-2025'], chunkBytes: 16 * 1024 }, (block) => void blocks.push(block))
  const give = () => peer.tell({ op: 'put', blocks: blocks.map(({ cid, bytes: content }) => ({ cid: cid.bytes, bytes: content })) })
  return { cid: file.cid.toString(), give }
}

async function onlyThere(bytes: Uint8Array): Promise<string> {
  const { cid, give } = await fileOf(bytes)
  await give()
  return cid
}

const nowhere = (text: string) => rawBlock(Buffer.from(text)).cid.toString()
const dead = '/ip4/127.0.0.1/tcp/9/p2p/12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5'
const statusOf = (id: string, by = api) => async () => (await by.json(`/psa/pins/${id}`)).body

test('with nobody to ask it says so, and goes on when a peer connects to a delegate', async () => {
  const bytes = pattern(300_000, 61)
  const cid = await onlyThere(bytes)
  const { requestid, delegates } = (await api.post('/psa/pins', { cid })).body
  const waiting = await eventually(statusOf(requestid), ({ info }) => info.next_try !== undefined)
  expect(waiting.status).toBe('queued')
  expect(waiting.info).toMatchObject({ blocks: '0', bytes: '0', missing: '1', tries: '1' })
  expect(waiting.info.status_details).toMatch(/nobody to ask.* Next try at \d\d:\d\d:\d\d UTC\.$/)
  expect(Date.parse(waiting.info.next_try)).toBeGreaterThan(Date.now() + 30_000)
  expect(Date.parse(waiting.info.deadline)).toBeGreaterThan(Date.now() + 86_000_000)
  expect(Object.values(waiting.info).every((value) => typeof value === 'string')).toBe(true)

  await peer.tell({ op: 'want', address: delegates[0], cid: CID.parse(nowhere('a reason to call')).bytes, timeout: 500 })
  const pinned = await eventually(statusOf(requestid), ({ status }) => status === 'pinned', 15_000)
  expect(Number(pinned.info.dag_size)).toBeGreaterThan(300_000)
  expect(pinned.info.deadline).toBeUndefined()
})

test('who was tried and what they answered is told, also by the own API; a new origin is tried at once', async () => {
  const { cid, give } = await fileOf(pattern(200_000, 62))
  const { requestid } = (await api.post('/psa/pins', { cid, origins: [dead] })).body
  const waiting = await eventually(statusOf(requestid), ({ info }) => info.next_try !== undefined && /refused/.test(info.providers))
  expect(waiting.info.status_details).toContain(dead)
  const own = (await api.json(`/api/v1/pins/${requestid}`)).body
  expect(own.fetch.providers).toContainEqual(expect.objectContaining({ address: dead, state: 'failed', blocks: 0 }))
  expect(own.reason).toContain('Next try')
  await give()
  const again = (await api.post('/psa/pins', { cid, origins: [peer.address] })).body
  for (const id of [requestid, again.requestid]) await eventually(statusOf(id), ({ status }) => status === 'pinned', 10_000)
})

test('what is larger than a limit has failed, and the reason names the variable', async () => {
  const cid = await onlyThere(pattern(1_500_000, 63))
  const { requestid } = (await api.post('/psa/pins', { cid, origins: [peer.address] })).body
  const failed = await eventually(statusOf(requestid), ({ status }) => status === 'failed')
  expect(failed.info.status_details).toMatch(/more than 60 blocks \(THOLE_MAX_DAG_BLOCKS\)/)
  expect(failed.info.next_try).toBeUndefined()
})

test('an account with very many pins of a peer that never answers keeps no other waiting', async () => {
  const many = client(server.url, await server.createKey(undefined, 'many@example.org'))
  const asked = Array.from({ length: 300 }, (_, i) => many.post('/psa/pins', { cid: nowhere(`mute ${i}`), origins: [mute.address] }))
  await Promise.all(asked)
  const cid = await onlyThere(pattern(100_000, 64))
  const started = Date.now()
  const { requestid } = (await api.post('/psa/pins', { cid, origins: [peer.address] })).body
  await eventually(statusOf(requestid), ({ status }) => status === 'pinned', 10_000)
  expect(Date.now() - started).toBeLessThan(5_000)
  // Which of them have had their turn is not said.
  const tried = async () => (await many.json('/psa/pins?limit=1000&status=queued,pinning')).body.results.filter(({ info }: { info: Record<string, string> }) => /asked \d peers?: /.test(info.status_details!))
  const [silent] = await eventually(tried, ({ length }) => length > 0, 15_000)
  expect(silent.info.providers).toContain(mute.address)
})
