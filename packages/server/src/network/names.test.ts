import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { base36 } from 'multiformats/bases/base36'
import { CID } from 'multiformats/cid'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Network } from '../ports/network.ts'
import { embeddedNetwork, noNetwork } from './index.ts'
import { startRouter, type TestRouter } from './testing/delegated-router.ts'
import { startDht, type DhtPeer } from './testing/dht-peers.ts'
import { noBlocks, quiet, until } from './testing/fetching.ts'

const live = new AbortController().signal
const newName = async () => (await generateKeyPair('Ed25519')).publicKey.toMultihash().bytes

describe('records of names', () => {
  let folder: string
  let peers: DhtPeer[]
  let router: TestRouter
  /** Asks the router alone. */
  let routed: Network
  const networks: Network[] = []

  async function open(options: { mode?: 'local' | 'public'; bootstrap?: string[]; routers?: string[] }): Promise<Network> {
    const network = await embeddedNetwork({ mode: 'public', listen: ['/ip4/127.0.0.1/tcp/0'], dialPrivate: true, keyFile: join(folder, `${networks.length}.key`), log: quiet, ...options })
    networks.push(network)
    await network.start(noBlocks)
    if (options.bootstrap) await until(() => (network.status().dht ?? 0) > 0)
    return network
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'thole-names-'))
    peers = await startDht(4)
    router = await startRouter()
    routed = await open({ routers: [router.url] })
  })
  beforeEach(() => {
    router.answer = (_, response) => void response.writeHead(404).end()
    router.asked.length = 0
  })
  afterAll(async () => {
    await Promise.all(networks.map((network) => network.close()))
    await Promise.all(peers.map((peer) => peer.close()))
    await router.stop()
    await rm(folder, { recursive: true })
  })

  it('are handed to the DHT, and found there by others, whatever they are worth', async () => {
    const [one, other] = [await open({ bootstrap: [peers[0]!.address] }), await open({ bootstrap: [peers[1]!.address] })]
    const [name, record] = [await newName(), randomBytes(10_240)]
    expect(await other.names.find(name, live)).toEqual({ state: 'none', reason: 'the network has no record of it' })
    expect(await one.names.publish(name, record, live)).toEqual({ state: 'told', peers: 4 })
    for (const network of [one, other]) {
      const found = await network.names.find(name, live)
      expect(found).toEqual({ state: 'found', records: Array(4).fill(Uint8Array.from(record)) })
    }
  })

  it('are handed to routers, and asked of them', async () => {
    const [name, record] = [await newName(), randomBytes(300)]
    const path = `/routing/v1/ipns/${CID.createV1(0x72, { code: 0, size: name.length - 2, digest: name.subarray(2), bytes: name }).toString(base36)}`
    let stored: { type?: string; body: Buffer } | undefined
    router.answer = (request, response) => {
      const pieces: Buffer[] = []
      request.on('data', (piece: Buffer) => pieces.push(piece)).on('end', () => {
        if (request.method === 'PUT') stored = { type: request.headers['content-type'], body: Buffer.concat(pieces) }
        if (request.method === 'PUT' || stored === undefined) response.writeHead(200, { 'content-type': 'text/plain' }).end('no record')
        else response.writeHead(200, { 'content-type': `${stored.type}; x=y` }).end(stored.body)
      })
    }
    expect(await routed.names.find(name, live)).toMatchObject({ state: 'none' })
    expect(await routed.names.publish(name, record, live)).toEqual({ state: 'told', peers: 1 })
    expect(stored).toEqual({ type: 'application/vnd.ipfs.ipns-record', body: record })
    expect(await routed.names.find(name, live)).toEqual({ state: 'found', records: [Uint8Array.from(record)] })
    expect(router.asked).toEqual([path, path, path])
  })

  it('one that could not be asked is not taken for one that has none', async () => {
    router.answer = (_, response) => void response.writeHead(500).end()
    expect(await routed.names.find(await newName(), live)).toMatchObject({ state: 'off', reason: expect.stringContaining('it answered HTTP 500') })
    expect(await routed.names.publish(await newName(), randomBytes(3), live)).toMatchObject({ state: 'failed', reason: expect.stringContaining('it answered HTTP 500') })
    router.answer = (_, response) => void response.writeHead(200, { 'content-type': 'application/vnd.ipfs.ipns-record' }).end(randomBytes(20_000))
    expect(await routed.names.find(await newName(), live)).toMatchObject({ state: 'off', reason: expect.stringContaining('more than 10240 bytes') })
  })

  it('a process that dies answers nobody, and the next one does', async () => {
    router.answer = () => {}
    const asked = routed.names.find(await newName(), live)
    await until(() => router.asked.length > 0)
    process.kill(routed.status().pid!, 'SIGKILL')
    expect(await asked).toEqual({ state: 'off', reason: 'the network process is being restarted' })
    router.answer = (_, response) => void response.writeHead(404).end()
    await until(() => routed.status().state === 'running' && routed.status().restarts > 0)
    expect(await routed.names.find(await newName(), live)).toMatchObject({ state: 'none' })
  })

  it('who has gone is not waited for', async () => {
    router.answer = () => {}
    const gone = new AbortController()
    const asked = routed.names.find(await newName(), gone.signal)
    await until(() => router.asked.length > 0)
    gone.abort()
    expect(await asked).toEqual({ state: 'off', reason: 'it was stopped' })
  })

  it('nobody is asked or told where the configuration does not ask for it', async () => {
    const local = await open({ mode: 'local', routers: [router.url] })
    const none = await noNetwork({ keyFile: join(folder, 'none.key') })
    const lonely = await open({})
    for (const [network, words] of [[local, 'THOLE_NETWORK=local'], [none, 'THOLE_NETWORK=none'], [lonely, 'neither the DHT nor a router']] as const) {
      for (const result of [await network.names.find(await newName(), live), await network.names.publish(await newName(), randomBytes(3), live)]) {
        expect(result).toMatchObject({ state: 'off', reason: expect.stringContaining(words) })
      }
    }
    expect(router.asked).toEqual([])
  })
})
