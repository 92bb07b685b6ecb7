import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { multiaddr } from '@multiformats/multiaddr'
import { buildFile, profiles, type Block } from '@thole/dag'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startPeer, type PeerProcess } from '../../packages/server/src/network/testing/peer-process.ts'
import { client, eventually, pattern, rawBlock, type Client } from '../support/api.ts'
import { anyStatus, type Pin } from '../support/psa.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { startValve } from '../support/valve.ts'

const deadline = 5

let server: TestServer
let api: Client
let peer: PeerProcess

beforeAll(async () => {
  ;[server, peer] = await Promise.all([startServer({ THOLE_FETCH_DEADLINE: String(deadline) }), startPeer('helia-peer')])
  api = client(server.url, await server.createKey())
})
afterAll(async () => {
  await server?.stop()
  await peer?.stop()
})

const absent = (text: string) => rawBlock(Buffer.from(`nobody has ${text}`)).cid.toString()
const add = async (body: object, by = api): Promise<Pin> => {
  const { status, body: pin } = await by.post('/psa/pins', body)
  expect([status, ...(status === 202 ? [] : [pin])]).toEqual([202])
  return pin
}
const look = async ({ requestid }: Pin, by = api): Promise<Pin> => (await by.json(`/psa/pins/${requestid}`)).body
const remove = async ({ requestid }: Pin) => (await api.call(`/psa/pins/${requestid}`, { method: 'DELETE' })).status

/** The blocks of a file, root last. */
async function fileBlocks(bytes: Uint8Array): Promise<Block[]> {
  const blocks: Block[] = []
  await buildFile((async function* () { yield bytes })(), { ...profiles['unixfs-v1-2025'], chunkBytes: 16 * 1024 }, (block) => void blocks.push(block))
  return blocks
}

const give = (to: PeerProcess, blocks: Block[]) => to.tell({ op: 'put', blocks: blocks.map(({ cid, bytes }) => ({ cid: cid.bytes, bytes })) })

async function onlyAt(holder: PeerProcess, bytes: Uint8Array): Promise<string> {
  const blocks = await fileBlocks(bytes)
  await give(holder, blocks)
  return blocks.at(-1)!.cid.toString()
}

/** Another peer, behind a valve: one that the server knows already would be asked past it. */
async function slowPeer() {
  const holder = await startPeer('helia-peer')
  const [, port, id] = /\/tcp\/(\d+)(\/p2p\/.+)$/.exec(holder.address)!
  const valve = await startValve(Number(port))
  const close = async () => {
    await valve.close()
    await holder.stop()
  }
  return { holder, valve, origin: `/ip4/127.0.0.1/tcp/${valve.port}${id}`, [Symbol.asyncDispose]: close }
}

/** Fetch jobs of these DAGs, straight from the database. */
function fetchJobs(dags: readonly string[]): number {
  const database = new DatabaseSync(join(server.dataFolder, 'thole.sqlite'), { readOnly: true })
  try {
    const rows = database.prepare("select key from job where kind = 'fetch-dag'").all() as { key: string }[]
    return rows.filter(({ key }) => dags.includes(key)).length
  } finally {
    database.close()
  }
}

describe('origins', () => {
  const id = '12D3KooWEjjPP3h1BFSw5bsVqc4fPdvySmAGiC4yDVhKVvwuFTyK'
  const numbered = (count: number) => Array.from({ length: count }, (_, i) => `/ip4/192.0.2.${i % 256}/tcp/${4001 + i}/p2p/${id}`)

  test.each([
    ['54 of them, as Kubo sends', numbered(54)],
    ['1,000', numbered(1000)],
    ['5,000', numbered(5000)],
    ['the same one, many times', Array(100).fill(numbered(1)[0])],
    ['transports that nobody knows', ['/ip4/192.0.2.1/udp/4001/quic-v2/p2p/QmX', '/ip4/192.0.2.1/udp/4001/quic-v1/webtransport/certhash/uEi/p2p/Qm', '/memory/x', '/onion3/abc:1', '/unix/etc/passwd', '/http-path/a']],
    ['garbage', ['', ' ', 'hello', '/', '//', '/ip4', '/ip4/999.1.1.1/tcp/1', `/ip4/192.0.2.1/tcp/99999/p2p/${id}`, `/ip4/192.0.2.1/tcp/4001`, 'http://127.0.0.1/', '\0', '/dns4/\0/tcp/1', '\ud800', '‮', '🦊'.repeat(100), 'x'.repeat(10_000)]],
    ['none', []],
  ])('row 27: %s are accepted', async (name, origins) => {
    const pin = await add({ cid: absent(name), origins })
    expect(['queued', 'pinning']).toContain(pin.status)
    expect(pin.pin.origins?.length ?? 0).toBeLessThanOrEqual(20)
    // What is said of them can be said.
    const { status, body } = await api.json(`/psa/pins/${pin.requestid}`)
    expect([status, body.requestid]).toEqual([200, pin.requestid])
  })

  test.each([['a text', peer?.address ?? 'text'], ['numbers', [1, 2]], ['null among them', [null]], ['an object', { a: 'b' }], ['lists', [['/ip4/192.0.2.1']]]])('row 27: %s is no list of texts', async (_, origins) => {
    const { status, body } = await api.post('/psa/pins', { cid: absent('a list'), origins })
    expect([status, body.error.reason]).toEqual([400, 'BAD_REQUEST'])
  })

  test('row 27: one that works among many that do not; what cannot be dialled fails nothing', async () => {
    const cid = await onlyAt(peer, pattern(50_000, 270))
    const pin = await add({ cid, origins: [...numbered(19), '/ip4/127.0.0.1/tcp/9/p2p/nonsense', peer.address] })
    await eventually(() => look(pin), ({ status }) => status === 'pinned')
  })

  test('row 27: private and loopback addresses are never dialled where that is not allowed', async () => {
    let calls = 0
    const listener = createServer((socket) => {
      calls++
      socket.destroy()
    })
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    const { port } = listener.address() as AddressInfo
    const careful = await startServer({ THOLE_DIAL_PRIVATE: 'false' })
    try {
      const mine = client(careful.url, await careful.createKey())
      const hosts = ['/ip4/127.0.0.1', '/ip4/0.0.0.0', '/ip4/10.0.0.1', '/ip4/169.254.169.254', '/ip6/::1', '/ip6/::ffff:127.0.0.1', '/dns4/localhost', '/ip4/127.1.2.3']
      const origins = hosts.flatMap((host) => [`${host}/tcp/${port}/p2p/${id}`, `${host}/tcp/${port}/http`])
      const pin = await add({ cid: absent('private'), origins }, mine)
      await eventually(() => look(pin, mine), ({ info }) => /no origin could be reached.*private addresses are not dialled/.test(info!.status_details!))
      expect(calls).toBe(0)
    } finally {
      await careful.stop()
      listener.close()
    }
  }, 60_000)
})

describe('delegates', () => {
  test('row 28: parse, end in a peer, are in every PinStatus, and can be dialled for what is here', async () => {
    const bytes = pattern(1000, 28)
    const cid = (await api.upload(bytes)).body.roots[0].cid
    const pin = await add({ cid })
    const replaced = (await api.post(`/psa/pins/${pin.requestid}`, { cid })).body as Pin
    const listed = (await api.json(`/psa/pins?cid=${cid}&limit=1`)).body.results[0] as Pin
    for (const { delegates } of [pin, replaced, listed, await look(replaced)]) {
      expect(delegates).toEqual(pin.delegates)
      expect(delegates.length).toBeGreaterThanOrEqual(1)
      expect(delegates.length).toBeLessThanOrEqual(20)
      expect(new Set(delegates).size).toBe(delegates.length)
      for (const delegate of delegates) expect(multiaddr(delegate).getComponents().at(-1)!.name).toBe('p2p')
    }
    const answer = await peer.tell({ op: 'want', address: pin.delegates[0]!, cid: rawBlock(bytes).cid.bytes, timeout: 10_000 })
    expect(answer).toMatchObject({ ok: true, bytes })
  })

  test('row 28: where there is no network, one that names us', async () => {
    const alone = await startServer({ THOLE_NETWORK: 'none' })
    try {
      const { delegates } = await add({ cid: 'bafkqaaa' }, client(alone.url, await alone.createKey()))
      expect(delegates).toEqual([expect.stringMatching(/^\/p2p\/12D3KooW\w+$/)])
      expect(multiaddr(delegates[0]!).getComponents()).toHaveLength(1)
    } finally {
      await alone.stop()
    }
  })
})

describe('status', () => {
  test('rows 29, 31: waits with a reason, is pinning while blocks come, pinned with the last of them, and stays so', async () => {
    await using slow = await slowPeer()
    const cid = await onlyAt(slow.holder, pattern(1_000_000, 31))
    const held = slow.valve.letThrough(300_000)
    const pin = await add({ cid, origins: [slow.origin] })
    expect(pin.info!.status_details).toMatch(/\S/)
    await held
    const seen = await eventually(() => look(pin), ({ status }) => status === 'pinning')
    expect(seen.info!.status_details).toMatch(/\S/)
    expect((await api.json(`/psa/pins?cid=${cid}&${anyStatus}`)).body).toMatchObject({ count: 1, results: [{ requestid: pin.requestid, status: 'pinning' }] })
    // The other door says the same.
    expect((await api.json(`/api/v1/pins/${pin.requestid}`)).body).toMatchObject({ status: 'pinning', reason: expect.stringMatching(/\S/) })
    void slow.valve.letThrough(Infinity)
    const statuses: string[] = []
    const pinned = await eventually(() => look(pin), ({ status }) => statuses.push(status) > 0 && status === 'pinned')
    expect(statuses.filter((status) => status === 'pinning' || status === 'pinned')).toEqual(statuses)
    expect(Number(pinned.info!.dag_size)).toBeGreaterThan(1_000_000)
    for (const value of Object.values(pinned.info!)) expect(value).toBeTypeOf('string')
    for (let i = 0; i < 20; i++) expect((await look(pin)).status).toBe('pinned')
  })

  test('rows 29, 31: with one leaf missing it is never pinned, fails at the deadline, and says so; once the leaf is here it is', async () => {
    const blocks = await fileBlocks(pattern(300_000, 310))
    const [missing, ...rest] = blocks
    await give(peer, rest)
    const cid = blocks.at(-1)!.cid.toString()
    const pin = await add({ cid, origins: [peer.address] })
    const statuses = new Set<string>()
    const failed = await eventually(() => look(pin), ({ status }) => statuses.add(status) && status === 'failed')
    expect(statuses.has('pinned')).toBe(false)
    expect(failed.info!.status_details).toMatch(/deadline/i)
    expect((await api.json(`/psa/pins?cid=${cid}`)).body.count).toBe(0)
    expect((await api.upload(missing!.bytes as BodyInit)).body.roots[0].cid).toBe(missing!.cid.toString())
    // What came is kept: nobody is asked again.
    expect((await add({ cid })).status).toBe('pinned')
    expect((await look(pin)).status).toBe('failed')
  })

  test('row 34: ends in every state, and ends the fetch', async () => {
    await using slow = await slowPeer()
    const cid = await onlyAt(slow.holder, pattern(1_000_000, 34))
    const held = slow.valve.letThrough(100_000)
    const pinning = await add({ cid, origins: [slow.origin] })
    await held
    await eventually(() => look(pinning), ({ status }) => status === 'pinning')
    expect(fetchJobs([cid])).toBe(1)
    const [queued, pinned, fails] = [await add({ cid: absent('34 queued') }), await add({ cid: 'bafkqaaa' }), await add({ cid: absent('34 fails') })]
    expect(await remove(queued)).toBe(202)
    expect(await remove(pinning)).toBe(202)
    expect(await remove(pinned)).toBe(202)
    await eventually(async () => fetchJobs([cid, queued.pin.cid]), (jobs) => jobs === 0)
    await eventually(() => look(fails), ({ status }) => status === 'failed')
    expect(await remove(fails)).toBe(202)
    for (const { requestid } of [queued, pinning, pinned, fails]) expect((await api.json(`/psa/pins/${requestid}`)).status).toBe(404)
  }, 60_000)

  test('row 32: kill -9: every state is there again, a fetch goes on, and no job is there twice', async () => {
    await using slow = await slowPeer()
    const failed = await add({ cid: absent('32 fails') })
    await eventually(() => look(failed), ({ status }) => status === 'failed')
    const cid = await onlyAt(slow.holder, pattern(1_000_000, 32))
    const held = slow.valve.letThrough(100_000)
    const pinned = await add({ cid: (await api.upload('32')).body.roots[0].cid, name: 'kept', meta: { a: 'b' } })
    const [pinning, same, queued] = [await add({ cid, origins: [slow.origin] }), await add({ cid }), await add({ cid: absent('32 queued') })]
    await held
    await eventually(() => look(pinning), ({ status }) => status === 'pinning')
    const before = await Promise.all([pinned, failed].map((pin) => look(pin)))
    await server.killAndRestart({ THOLE_FETCH_DEADLINE: String(deadline) })
    expect(await Promise.all([pinned, failed].map(async (pin) => ({ ...(await look(pin)), delegates: pin.delegates })))).toEqual(before.map((pin) => ({ ...pin, delegates: pin.delegates })))
    for (const pin of [pinning, same, queued]) expect(['queued', 'pinning', 'failed']).toContain((await look(pin)).status)
    expect(fetchJobs([cid])).toBeLessThanOrEqual(1)
    void slow.valve.letThrough(Infinity)
    const again = await add({ cid, origins: [slow.origin] })
    await eventually(() => look(again), ({ status }) => status === 'pinned')
    await eventually(() => look(queued), ({ status }) => status === 'failed')
    await eventually(async () => fetchJobs([cid, queued.pin.cid]), (jobs) => jobs === 0)
  }, 60_000)
})
