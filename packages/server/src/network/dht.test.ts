import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Network } from '../ports/network.ts'
import { embeddedNetwork } from './embedded.ts'
import type { EmbeddedOptions } from './embedded.ts'
import { randomBlocks } from './testing/blocks.ts'
import { startDht } from './testing/dht-peers.ts'
import type { DhtPeer } from './testing/dht-peers.ts'
import { fetchAll, noBlocks, quiet, serving, until } from './testing/fetching.ts'

describe('a DHT of five', () => {
  const live = new AbortController().signal
  const ours = randomBlocks(2, 5000)
  let folder: string
  let peers: DhtPeer[]
  let network: Network
  let files = 0

  const open = (options: Partial<EmbeddedOptions>) =>
    embeddedNetwork({ mode: 'public', listen: ['/ip4/127.0.0.1/tcp/0'], dialPrivate: true, keyFile: join(folder, `${files++}.key`), log: quiet, ...options })

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'thole-dht-'))
    peers = await startDht(5)
    network = await open({ bootstrap: [peers[1]!.address] })
    await network.start(serving(ours))
    await until(() => (network.status().dht ?? 0) > 0)
  })
  afterAll(async () => {
    await network.close()
    await Promise.all(peers.map((peer) => peer.close()))
    await rm(folder, { recursive: true })
  })

  it('finds who has what no origin names', async () => {
    const blocks = randomBlocks(20, 1000)
    await peers[4]!.provide(blocks)
    const root = blocks[0]!.cid
    const session = network.fetch({ root, origins: [], signal: live })
    const got = await fetchAll(session, blocks.map(({ cid }) => cid))
    expect(got.length).toBe(20)
    const attempts = session.attempts()
    expect(attempts).toContainEqual({ address: 'DHT', kind: 'router', state: 'answered', reason: '1 provider found', blocks: 0, missing: 0 })
    expect(attempts).toContainEqual(expect.objectContaining({ address: peers[4]!.address, blocks: 20 }))
  })

  it('is told what this server has, and peers that know nothing of it fetch it', async () => {
    const [{ cid, bytes }] = ours as [(typeof ours)[0]]
    const result = await network.announce(cid, live)
    expect(result).toEqual({ state: 'told', peers: 5 })
    expect(await peers[2]!.providers(cid)).toEqual([network.status().peerId])
    expect(await peers[3]!.fetch(cid)).toEqual(bytes)
  })

  it('knows that nobody has it, and is not asked again at once', async () => {
    const root = randomBlocks(1, 100)[0]!.cid
    const answer = { address: 'DHT', kind: 'router', state: 'answered', reason: 'nobody provides it', blocks: 0, missing: 0 }
    for (const patience of [10_000, 1000]) {
      const session = network.fetch({ root, origins: [], signal: live })
      session.want([root])
      // Peers that came here by themselves are asked beside it.
      await expect.poll(() => session.attempts(), { timeout: patience, interval: 20 }).toContainEqual(answer)
      await session.close()
    }
  })

  it('gives private addresses that are not dialled unless that is allowed', async () => {
    const shy = await open({ bootstrap: [peers[0]!.address], dialPrivate: false })
    await shy.start(noBlocks)
    const root = randomBlocks(1, 100)
    await peers[3]!.provide(root)
    const session = shy.fetch({ root: root[0]!.cid, origins: [], signal: live })
    session.want([root[0]!.cid])
    await expect.poll(() => session.attempts(), { timeout: 5000 }).toContainEqual(expect.objectContaining({ address: 'DHT', state: 'failed', reason: 'no peer of the DHT is known yet' }))
    expect(await shy.announce(root[0]!.cid, live)).toMatchObject({ state: 'off', reason: expect.stringContaining('THOLE_ANNOUNCE') as string })
    await shy.close()
  })

  it.each([{ mode: 'local' as const }, { bootstrap: [] }])('is left alone with %j', async (options) => {
    const alone = await open({ bootstrap: [peers[0]!.address], ...options })
    await alone.start(noBlocks)
    const before = peers[0]!.connected().length
    const root = randomBlocks(1, 100)[0]!.cid
    const session = alone.fetch({ root, origins: [], signal: live })
    session.want([root])
    expect(await alone.announce(root, live)).toEqual({ state: 'off', reason: 'the DHT is not used' })
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(session.attempts()).toEqual([])
    expect(alone.status().dht).toBeUndefined()
    expect(peers[0]!.connected().length).toBe(before)
    await alone.close()
  })

  it('says when there is nobody to be told, and when the process died', async () => {
    const root = ours[0]!.cid
    const stopped = AbortSignal.abort()
    expect(await network.announce(root, stopped)).toMatchObject({ state: 'off' })
    const { pid } = network.status()
    const dying = network.announce(ours[1]!.cid, live)
    process.kill(pid!, 'SIGKILL')
    expect(await dying).toEqual({ state: 'off', reason: 'the network process is being restarted' })
    await until(() => network.status().state === 'running' && (network.status().dht ?? 0) > 0)
    expect(await network.announce(root, live)).toMatchObject({ state: 'told' })
  })
})
