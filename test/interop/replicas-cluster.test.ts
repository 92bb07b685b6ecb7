import { carFrame, carHeader } from '@thole/dag'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clusterReplicas } from '../../packages/server/src/replicas/index.ts'
import { client, eventually, pattern, rawBlock, type Client } from '../support/api.ts'
import { noCluster, startCluster, type Cluster, type ClusterPeer } from '../support/cluster.ts'
import { startKubo, type Kubo } from '../support/kubo.ts'
import { startServer, type TestServer } from '../support/server.ts'

describe.skipIf(noCluster)(`THOLE_NODE=cluster+http://… with two replicas${noCluster ? ` (${noCluster})` : ''}`, () => {
  let cluster: Cluster
  let source: Kubo
  let server: TestServer
  let api: Client
  const dead = new Set<ClusterPeer>()

  beforeAll(async () => {
    ;[cluster, source] = await Promise.all([startCluster({ user: 'thole:very secret' }), startKubo()])
    const node = cluster.peers[0]!.api.replace('http://', 'cluster+http://thole:very%20secret@')
    server = await startServer({ THOLE_NODE: node, THOLE_REPLICAS: '2', THOLE_REPLICAS_CHECK: '1', THOLE_LOG: 'info' })
    api = client(server.url, await server.createKey())
  })
  afterAll(async () => {
    await server?.stop()
    await source?.stop()
    await cluster?.stop()
  })

  const statusOf = async (id: string) => (await api.json(`/psa/pins/${id}`)).body
  const pinned = (id: string, within = 20_000) => eventually(() => statusOf(id), ({ status }) => status === 'pinned', within)
  const replicasOf = async (cid: string) => (await api.json(`/api/v1/dags/${cid}`)).body.replicas
  const requestsOf = async (cid: string) => (await api.json(`/psa/pins?cid=${cid}&status=queued,pinning,pinned,failed`)).body.results

  /** Peers whose Kubo has it pinned. */
  async function holders(cid: string): Promise<ClusterPeer[]> {
    const alive = cluster.peers.filter((peer) => !dead.has(peer))
    const pins = await Promise.all(alive.map(({ kubo }) => kubo.line(['pin', 'ls', '--type=recursive', '--quiet'])))
    return alive.filter((_, i) => pins[i]!.split('\n').includes(cid))
  }

  async function upload(seed: number, bytes = pattern(3_000_000, seed)) {
    const { status, body } = await api.upload(bytes)
    expect(status).toBe(201)
    const cid = body.roots[0].cid as string
    const [request] = await requestsOf(cid)
    return { cid, bytes, request }
  }

  test('an upload is `pinning` when it is complete here, and `pinned` when two nodes have all of it', async () => {
    const { cid, bytes, request } = await upload(90)
    expect(request.status).toBe('pinning')
    expect(request.info.status_details).toMatch(/^Complete here; waiting for \d of 2 replicas/)
    const done = await pinned(request.requestid)
    expect(done.info).toMatchObject({ replicas: '2 of 2' })
    expect(done.info.status_details).toBeUndefined()
    const nodes = await holders(cid)
    expect(nodes).toHaveLength(2)
    for (const { kubo } of nodes) expect(Buffer.compare(await kubo.ipfs(['cat', '--offline', cid]), bytes)).toBe(0)
    expect(await replicasOf(cid)).toMatchObject({ state: 'confirmed', wanted: 2, confirmed: expect.arrayContaining(nodes.map(({ name }) => name)) })
    const again = await api.post('/psa/pins', { cid, name: 'again' })
    expect(again.body.status).toBe('pinned')
  })

  test('a pin of what is elsewhere is `pinned` when it is here and on two nodes', async () => {
    const cid = await source.line(['add', '-Q'], pattern(2_000_000, 91))
    const { body } = await api.post('/psa/pins', { cid, origins: source.addresses })
    await pinned(body.requestid)
    expect(await holders(cid)).toHaveLength(2)
    expect((await api.json(`/api/v1/dags/${cid}`)).body.state).toBe('complete')
  })

  test('it is taken off all nodes with the last request, and not before', async () => {
    const { cid, request } = await upload(92)
    await pinned(request.requestid)
    const { body: second } = await api.post('/psa/pins', { cid })
    await api.json(`/psa/pins/${request.requestid}`, { method: 'DELETE' })
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(await holders(cid)).toHaveLength(2)
    await api.json(`/psa/pins/${second.requestid}`, { method: 'DELETE' })
    await eventually(() => holders(cid), (nodes) => nodes.length === 0)
  })

  test('let go and wanted again at once, it ends on two nodes', async () => {
    const { cid, request } = await upload(93)
    await pinned(request.requestid)
    let id = request.requestid as string
    for (let i = 0; i < 5; i++) {
      await api.json(`/psa/pins/${id}`, { method: 'DELETE' })
      id = (await api.post('/psa/pins', { cid })).body.requestid
    }
    await pinned(id)
    expect(await holders(cid)).toHaveLength(2)
    // Nothing that was under way takes it off again.
    await new Promise((resolve) => setTimeout(resolve, 2000))
    expect(await holders(cid)).toHaveLength(2)
    expect((await replicasOf(cid)).state).toBe('confirmed')
  })

  test('more replicas than peers: those that there are get it, and the cluster says what is short', async () => {
    const credentials = { user: 'thole', password: 'very secret' }
    const replicas = clusterReplicas({ url: cluster.peers[0]!.api, credentials, wanted: 4 })
    const block = rawBlock(pattern(10_000, 96))
    await source.ipfs(['block', 'put', '--cid-codec=raw'], block.bytes)
    const content = () => (async function* () { yield carHeader([block.cid]); yield* carFrame(block) })()
    for (const addresses of [source.addresses, []]) {
      const copies = await replicas.pin({ root: block.cid, patience: 5_000, addresses, content, signal: AbortSignal.timeout(30_000) })
      expect(copies.filter(({ state }) => state === 'confirmed')).toHaveLength(3)
      expect(copies.at(-1)).toMatchObject({ state: 'failed', reason: expect.stringMatching(/not enough peers/) })
      await replicas.unpin(block.cid, AbortSignal.timeout(10_000))
      await eventually(() => holders(block.cid.toString()), (nodes) => nodes.length === 0)
    }
    await replicas.close()
  })

  test('a node dies: the request stays `pinned`, says that it is degraded, and the third node gets it', async () => {
    const { cid, request } = await upload(94)
    await pinned(request.requestid)
    const victim = (await holders(cid)).find((peer) => peer !== cluster.peers[0])!
    dead.add(victim)
    await Promise.all([victim.kill(), victim.kubo.stop()])
    const degraded = await eventually(() => statusOf(request.requestid), ({ info }) => info.status_details !== undefined)
    expect(degraded.status).toBe('pinned')
    expect(degraded.info.status_details).toMatch(/degraded: 1 of 2 replicas confirmed .*being replicated again/)
    const statuses = new Set<string>()
    const healed = await eventually(async () => {
      const now = await statusOf(request.requestid)
      statuses.add(now.status)
      return now
    }, ({ info }) => info.status_details === undefined, 30_000)
    expect([healed.status, [...statuses]]).toEqual(['pinned', ['pinned']])
    expect(await holders(cid)).toHaveLength(2)
    expect((await replicasOf(cid)).confirmed).not.toContain(victim.name)
  })

  test('nobody to ask: what is sent waits and says why, also over a restart, and is pinned when they are back', async () => {
    const [asked] = cluster.peers as [ClusterPeer]
    await asked.kill()
    const { cid, request } = await upload(95)
    const waits = ({ status, info }: { status: string; info: { status_details: string } }) => status === 'pinning' && /IPFS Cluster cannot be reached/.test(info.status_details)
    await eventually(() => statusOf(request.requestid), waits)
    await server.killAndRestart()
    expect(server.output()).toMatch(/replicas +2, by IPFS Cluster at http:/)
    await eventually(() => statusOf(request.requestid), waits)
    // What was confirmed stays so: that nobody can be asked says nothing of what they have.
    const { body } = await api.json('/api/v1/pins?status=pinned')
    expect(body.pins.length).toBeGreaterThan(0)
    await asked.restart()
    await pinned(request.requestid, 40_000)
    expect(await holders(cid)).toHaveLength(2)
    expect(server.output()).toMatch(/cannot be asked/)
    expect(server.output()).not.toMatch(/very.*secret/)
  })
})
