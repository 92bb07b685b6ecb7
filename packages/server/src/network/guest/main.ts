import { flushCompileCache } from 'node:module'
import { Socket } from 'node:net'
import type { Libp2p } from '@libp2p/interface'
import { CID } from 'multiformats/cid'
import type { GatewayOrigin, Origin } from '../addresses.ts'
import { decodeCids, decodeJson, encodeBlockHead } from '../pipe/bodies.ts'
import { openChannel, readFrames } from '../pipe/channel.ts'
import { kinds } from '../pipe/frames.ts'
import { spareMemory } from '../spare-memory.ts'
import { keyOfMultihash } from '../wire/block-key.ts'
import type { AnnouncedFrame, GuestConfig, LogFrame, OriginsFrame, RecordsFrame, RecordToldFrame, RunningFrame } from '../pipe/frames.ts'
import { bans } from './bans.ts'
import { createClient } from './client.ts'
import { unpark } from './fetch.ts'
import type { Fetch } from './fetch.ts'
import { createGateways } from './gateways/gateways.ts'
import type { Gateways } from './gateways/gateways.ts'
import { startNode } from './node.ts'
import { createOrigins } from './origins.ts'
import type { Origins } from './origins.ts'
import { questions } from './questions.ts'
import { limits } from './limits.ts'
import { openRouting } from './routing/index.ts'
import type { Routing } from './routing/index.ts'
import { openSwarm } from './swarm.ts'

/**
 * The network process: libp2p and Bitswap at the other end of the pipe that is file descriptor 3. It holds no
 * truth, keeps nothing, and ends with the pipe: when the house dies, however it dies, so does this.
 */
process.title = 'tholed-network'
const spare = spareMemory()
const pipe = new Socket({ fd: 3, onread: readFrames(onFrame, { spare, onError: (error) => pipe.destroy(error) }) })
pipe.on('error', () => {}).on('close', () => process.exit(0)).on('end', () => process.exit(0))
// Control-C reaches the whole group; the house decides when this ends.
for (const name of ['SIGINT', 'SIGHUP'] as const) process.on(name, () => {})

const channel = openChannel(pipe)
const house = questions(channel)
const banned = bans()
const fetches = new Map<number, Fetch>()
let origins: Origins | undefined
let gateways: Gateways | undefined
let libp2p: Libp2p | undefined
let routing: Routing | undefined
const starting = { state: 'off', reason: 'the network is being started' } as const
/** What concerns records of names keeps time itself. */
const untilDone = new AbortController().signal

const client = createClient({
  deliver(fetch, key, bytes) {
    fetch.delivered++
    spare.hold(bytes)
    channel.sendLent(kinds.block, [encodeBlockHead(fetch.id, key), bytes], () => spare.release(bytes))
  },
  report: (attempts) => channel.sendJson(kinds.attempts, attempts),
  onLiar(peer) {
    const why = peer.offence ?? 'it broke the rules'
    banned.add(peer.id, why)
    log('warn', 'a peer was sent away', { peer: peer.id, why })
    for (const connection of libp2p?.getConnections() ?? []) {
      if (connection.remotePeer.toString() === peer.id) connection.abort(new Error('banned'))
    }
  },
})

function onFrame(kind: number, body: Buffer): void {
  if (kind === kinds.want) withFetch(body, client.want)
  else if (kind === kinds.cancel) withFetch(body, client.cancel)
  else if (kind === kinds.got || kind === kinds.sized) house.answer(body)
  else if (kind === kinds.taken) onTaken(body)
  else if (kind === kinds.origins) onOrigins(decodeJson(body))
  else if (kind === kinds.close) onClose(body)
  else if (kind === kinds.announce) void onAnnounce(body)
  else if (kind === kinds.findRecords) void onFindRecords(body)
  else if (kind === kinds.tellRecord) void onTellRecord(body)
  else if (kind === kinds.config) start(decodeJson(body)).catch(onFatal)
}

function withFetch(body: Buffer, act: (fetch: Fetch, cids: Uint8Array[]) => void): void {
  const { fetch, cids } = decodeCids(body)
  const found = fetches.get(fetch)
  if (found !== undefined) act(found, cids)
}

function onTaken(body: Buffer): void {
  const fetch = fetches.get(body.readUInt32LE(0))
  if (fetch !== undefined) client.taken(fetch, body.readUInt32LE(4))
}

function onOrigins(frame: OriginsFrame): void {
  let fetch = fetches.get(frame.fetch)
  if (fetch === undefined) {
    fetch = client.open(frame.fetch)
    fetches.set(frame.fetch, fetch)
    const root = frame.root === undefined ? undefined : CID.parse(frame.root)
    fetch.root = root && keyOfMultihash(root.multihash.bytes)
    const hasGateway = gateways?.serve(fetch) === true
    routing?.seek(fetch, { root, patience: hasGateway || frame.origins.length > 0 ? limits.headStart : 0 })
  }
  follow(fetch, frame.origins)
}

/** Peers and gateways where the fetch is to look: named by whoever asked for it, or found since. */
function follow(fetch: Fetch, found: OriginsFrame['origins']): void {
  origins?.follow(fetch, found.filter((origin): origin is Origin => !('url' in origin)))
  gateways?.follow(fetch, found.filter((origin): origin is GatewayOrigin => 'url' in origin))
}

function onFound(fetch: Fetch, found: OriginsFrame['origins']): void {
  follow(fetch, found)
  unpark(fetch, { everyone: false }) // one of them may be connected already
}

async function onAnnounce(body: Buffer): Promise<void> {
  const result = (await routing?.announce(CID.decode(body.subarray(4)))) ?? starting
  channel.sendJson(kinds.announced, { announcement: body.readUInt32LE(0), result } satisfies AnnouncedFrame)
}

async function onFindRecords(body: Buffer): Promise<void> {
  const found = (await routing?.names.find(body.subarray(4), untilDone)) ?? starting
  const records = found.state === 'found' ? { ...found, records: found.records.map((record) => Buffer.from(record).toString('base64')) } : found
  channel.sendJson(kinds.recordsFound, { question: body.readUInt32LE(0), found: records } satisfies RecordsFrame)
}

async function onTellRecord(body: Buffer): Promise<void> {
  const end = 8 + body.readUInt32LE(4)
  const result = (await routing?.names.publish(body.subarray(8, end), body.subarray(end), untilDone)) ?? starting
  channel.sendJson(kinds.recordTold, { question: body.readUInt32LE(0), result } satisfies RecordToldFrame)
}

function onClose(body: Buffer): void {
  const fetch = fetches.get(body.readUInt32LE(0))
  if (fetch === undefined) return
  fetches.delete(fetch.id)
  client.close(fetch)
}

async function start(config: GuestConfig): Promise<void> {
  const { libp2p: node, listening, dht } = await startNode(config, banned.has)
  libp2p = node
  let telling = false
  const swarm = await openSwarm({ libp2p: node, client, house, spare, isNamed: (peerId) => origins?.names(peerId) === true, onChange: tellSoon })
  origins = createOrigins({ libp2p: node, dialPrivate: config.dialPrivate, whyBanned: banned.why, onIdle: swarm.dismiss })
  origins.keep(config.peers)
  gateways = createGateways({ client, urls: config.gateways, dialPrivate: config.dialPrivate })
  routing = openRouting({ libp2p: node, dht, config, onFound, warn: (words, data) => log('warn', words, data) })
  node.addEventListener('self:peer:update', tellSoon)
  let told: number | undefined
  // No event tells how many peers of the DHT are known.
  if (dht !== undefined) setInterval(() => dht.size !== told && tellSoon(), 500)
  tell()
  flushCompileCache() // a process that is killed later could not

  function tellSoon(): void {
    if (telling) return
    telling = true
    setTimeout(tell, 100)
  }

  function tell(): void {
    telling = false
    told = dht?.size
    const addresses = node.getMultiaddrs().map(String)
    const running: RunningFrame = { peerId: node.peerId.toString(), listening, addresses, peers: swarm.size, arrivals: swarm.arrivals, dht: told }
    channel.sendJson(kinds.running, running)
  }
}

function onFatal(error: Error): void {
  channel.sendJson(kinds.failed, { reason: error.message })
  pipe.end(() => process.exit(1))
}

function log(level: LogFrame['level'], words: string, data: object): void {
  channel.sendJson(kinds.log, { level, words, data } satisfies LogFrame)
}

// A stray rejection inside libp2p concerns one peer; the rest goes on.
process.on('unhandledRejection', (error) => log('warn', 'something failed in the network process', { reason: String(error) }))
