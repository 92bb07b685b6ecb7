import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { noKubo, startKubo, type Kubo } from './kubo.ts'
import { runProgram } from './program.ts'

export interface ClusterPeer {
  name: string
  /** http://127.0.0.1:port of the REST API. */
  api: string
  /** The Kubo that it speaks for. */
  kubo: Kubo
  /** SIGKILL; its Kubo goes on. */
  kill(): Promise<void>
  restart(): Promise<void>
}

export interface Cluster {
  peers: ClusterPeer[]
  stop(): Promise<void>
}

/** The IPFS Cluster program: IPFS_CLUSTER_SERVICE_BIN, or `ipfs-cluster-service` on PATH. Undefined where there is none. */
const clusterProgram = findProgram()

/** Why suites that need it are skipped, or undefined where they run. */
export const noCluster = clusterProgram === undefined ? 'there is no IPFS Cluster: set IPFS_CLUSTER_SERVICE_BIN, or put ipfs-cluster-service on PATH' : noKubo

interface Place {
  folder: string
  env: Record<string, string>
  name: string
  kubo: Kubo
  apiPort: number
  swarm: string
}

/** A real IPFS Cluster (CRDT) that talks to itself alone, each peer with a Kubo of its own; `user`: "name:password" that its API asks for. */
export async function startCluster({ size = 3, user }: { size?: number; user?: string } = {}): Promise<Cluster> {
  if (clusterProgram === undefined) throw new Error(noCluster)
  const secret = randomBytes(32).toString('hex')
  await using opened = new AsyncDisposableStack()
  const places = await Promise.all(Array.from({ length: size }, async (_, i): Promise<Place> => {
    const kubo = opened.adopt(await startKubo(), (it) => it.stop())
    const folder = opened.adopt(await mkdtemp(join(tmpdir(), 'thole-cluster-')), (it) => rm(it, { recursive: true, force: true }))
    const env = { PATH: process.env.PATH ?? '', HOME: folder, IPFS_CLUSTER_PATH: folder, CLUSTER_SECRET: secret }
    await runProgram(clusterProgram, ['init', '--consensus', 'crdt'], { env })
    const { id } = JSON.parse(await readFile(join(folder, 'identity.json'), 'utf8')) as { id: string }
    return { folder, env, name: `peer-${i}`, kubo, apiPort: await freePort(), swarm: `/ip4/127.0.0.1/tcp/${await freePort()}/p2p/${id}` }
  }))
  for (const place of places) await configure(place, places, user)
  const peers: ClusterPeer[] = []
  for (const place of places) {
    const peer = await startPeer(clusterProgram, place)
    opened.defer(peer.kill)
    peers.push(peer)
  }
  const authorization = user === undefined ? undefined : { authorization: `Basic ${Buffer.from(user).toString('base64')}` }
  await until(async () => (await Promise.all(peers.map(({ api }) => knows(api, size, authorization)))).every(Boolean), 'the peers of the cluster did not find each other')
  const parts = opened.move()
  return { peers, stop: () => parts.disposeAsync() }
}

async function startPeer(program: string, { name, kubo, apiPort, env }: Place): Promise<ClusterPeer> {
  const api = `http://127.0.0.1:${apiPort}`
  let child: ChildProcess | undefined

  async function kill(): Promise<void> {
    const running = child
    child = undefined
    if (!running || running.exitCode !== null) return
    // The shell that holds it kills it when its standard input closes, however this process ends.
    running.stdin!.end()
    await once(running, 'exit')
  }

  async function restart(): Promise<void> {
    await kill()
    const held = '"$@" & cat >/dev/null; kill -KILL $!; wait'
    const started = spawn('/bin/sh', ['-c', held, 'sh', program, 'daemon'], { env, stdio: ['pipe', 'pipe', 'pipe'] })
    child = started
    let words = ''
    for (const stream of [started.stdout, started.stderr]) stream.on('data', (text: Buffer) => (words = (words + text.toString()).slice(-10_000)))
    await until(() => fetch(`${api}/id`).then(() => true, () => false), () => `IPFS Cluster did not start:\n${words}`)
  }

  await restart()
  return { name, api, kubo, kill, restart }
}

/** Small intervals, so that a peer that died is noticed within seconds; nothing that listens or looks elsewhere. */
async function configure({ folder, name, kubo, apiPort, swarm }: Place, all: readonly Place[], user?: string): Promise<void> {
  const file = join(folder, 'service.json')
  const config = JSON.parse(await readFile(file, 'utf8'))
  Object.assign(config.cluster, {
    peername: name,
    listen_multiaddress: [swarm.replace(/\/p2p\/.*/, '')],
    peer_addresses: all.map((place) => place.swarm).filter((address) => address !== swarm),
    monitor_ping_interval: '500ms',
    peer_watch_interval: '1s',
    state_sync_interval: '5s',
    mdns_interval: '0s',
    enable_relay_hop: false,
  })
  Object.assign(config.cluster.pubsub, { heartbeat_interval: '500ms', flood_publish: true })
  config.api = { restapi: { ...config.api.restapi, http_listen_multiaddress: `/ip4/127.0.0.1/tcp/${apiPort}`, basic_auth_credentials: user === undefined ? null : { [user.split(':')[0]!]: user.slice(user.indexOf(':') + 1) } } }
  const { hostname, port } = new URL(kubo.api)
  Object.assign(config.ipfs_connector.ipfshttp, { node_multiaddress: `/ip4/${hostname}/tcp/${port}`, connect_swarms_delay: '1s', pin_timeout: '5s', ipfs_request_timeout: '10s', unpin_timeout: '30s' })
  config.monitor.pubsubmon.check_interval = '500ms'
  for (const informer of Object.values<{ metric_ttl?: string }>(config.informer)) informer.metric_ttl = '2s'
  await writeFile(file, JSON.stringify(config))
}

/** Whether this peer sees so many, with all that it needs to know to give them work. */
async function knows(api: string, size: number, headers?: Record<string, string>): Promise<boolean> {
  const answers = await Promise.all(['ping', 'freespace'].map((metric) => fetch(`${api}/monitor/metrics/${metric}`, { headers })))
  const metrics = (await Promise.all(answers.map((answer) => answer.json()))) as { valid: boolean }[][]
  return metrics.every((list) => Array.isArray(list) && list.filter(({ valid }) => valid).length === size)
}

async function until(isSo: () => Promise<boolean>, otherwise: string | (() => string)): Promise<void> {
  for (const deadline = Date.now() + 30_000; !(await isSo()); await new Promise((resolve) => setTimeout(resolve, 100))) {
    if (Date.now() > deadline) throw new Error(typeof otherwise === 'string' ? otherwise : otherwise())
  }
}

function findProgram(): string | undefined {
  const program = process.env.IPFS_CLUSTER_SERVICE_BIN || 'ipfs-cluster-service'
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0 ? program : undefined
}
