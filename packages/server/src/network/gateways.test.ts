import { buildFile, links, profiles } from '@thole/dag'
import type { Block } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { randomBytes } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FetchOptions, Network } from '../ports/network.ts'
import { embeddedNetwork } from './embedded.ts'
import { limits } from './guest/limits.ts'
import { randomBlocks } from './testing/blocks.ts'
import { fetchAll, noBlocks, quiet, sorted, until } from './testing/fetching.ts'
import { startRouter } from './testing/delegated-router.ts'
import { startGateway } from './testing/odd-gateway.ts'
import type { OddGateway } from './testing/odd-gateway.ts'
import { startPeer } from './testing/peer-process.ts'

const folder = await mkdtemp(join(tmpdir(), 'thole-gateways-'))
const live = new AbortController().signal

/** A file and its blocks in the order of a walk. */
async function file(bytes: number, chunkBytes: number): Promise<{ root: CID; blocks: Block[] }> {
  const stored = new Map<string, Block>()
  const content = (async function* () {
    yield Uint8Array.from(randomBytes(bytes))
  })()
  const { cid: root } = await buildFile(content, { ...profiles['unixfs-v1-2025'], chunkBytes }, (block) => void stored.set(block.cid.toString(), block))
  const blocks: Block[] = []
  const walk = (cid: CID): void => {
    const block = stored.get(cid.toString()) as Block
    blocks.push(block)
    for (const link of links(cid, block.bytes)) walk(link)
  }
  walk(root)
  return { root, blocks }
}

/** Follows the links as they come, as a fetch of the house does. */
async function walkFrom(network: Network, root: CID, options: Partial<FetchOptions> = {}) {
  const session = network.fetch({ origins: [], signal: live, root, ...options })
  const got: Block[] = []
  const wanted = new Set([root.toString()])
  session.want([root])
  for await (const block of session.blocks) {
    got.push(block)
    wanted.delete(block.cid.toString())
    const next = links(block.cid, block.bytes)
    for (const cid of next) wanted.add(cid.toString())
    session.want(next)
    if (wanted.size === 0) break
  }
  await session.close()
  return { got, attempts: session.attempts() }
}

describe('gateways of the operator', () => {
  let gateway: OddGateway
  let network: Network
  beforeAll(async () => {
    gateway = await startGateway()
    network = await embeddedNetwork({ mode: 'local', keyFile: join(folder, 'key'), log: quiet, gateways: [gateway.url] })
    await network.start(noBlocks)
  })
  afterAll(() => Promise.all([network.close(), gateway.stop()]))

  it('gives single blocks, at once where there is nobody else', async () => {
    const blocks = randomBlocks(200, 3000)
    gateway.put(blocks)
    const session = network.fetch({ origins: [], signal: live })
    expect(sorted(await fetchAll(session, blocks.map(({ cid }) => cid)))).toEqual(sorted(blocks))
    expect(session.attempts()).toEqual([{ address: gateway.url, kind: 'gateway', state: 'connected', blocks: 200, missing: 0 }])
  })

  it('gives a whole DAG as one CAR', async () => {
    const { root, blocks } = await file(30_000_000, 4096)
    gateway.cars.set(root.toString(), blocks)
    gateway.asked.length = 0
    const { got, attempts } = await walkFrom(network, root)
    expect(sorted(got)).toEqual(sorted(blocks))
    expect(gateway.asked).toEqual([`car ${root}`])
    expect(attempts).toEqual([{ address: gateway.url, kind: 'gateway', state: 'connected', blocks: blocks.length, missing: 0 }])
  })

  it('is asked beside a peer that takes the wants and is silent', async () => {
    const blocks = randomBlocks(30, 1000)
    gateway.put(blocks)
    const mute = await startPeer('odd-peer', 'mute')
    const session = network.fetch({ origins: [mute.address], signal: live })
    const started = Date.now()
    expect(sorted(await fetchAll(session, blocks.map(({ cid }) => cid)))).toEqual(sorted(blocks))
    expect(Date.now() - started).toBeLessThan(limits.stallAfter)
    expect(session.attempts()).toEqual([
      { address: mute.address, state: 'connected', blocks: 0, missing: 0 },
      { address: gateway.url, kind: 'gateway', state: 'connected', blocks: 30, missing: 0 },
    ])
    await mute.stop()
  })

  it('is not asked where an origin has everything', async () => {
    const blocks = randomBlocks(50, 1000)
    gateway.put(blocks)
    gateway.asked.length = 0
    const helia = await startPeer('helia-peer')
    await helia.tell({ op: 'put', blocks: blocks.map(({ cid, bytes }) => ({ cid: cid.bytes, bytes })) })
    const session = network.fetch({ origins: [helia.address], signal: live })
    await fetchAll(session, blocks.map(({ cid }) => cid))
    expect(session.attempts()[0]).toMatchObject({ address: helia.address, blocks: 50 })
    expect(gateway.asked).toEqual([])
    await helia.stop()
  })

  it('goes on where the network process is killed', async () => {
    const { root, blocks } = await file(3_000_000, 4096)
    gateway.cars.set(root.toString(), blocks)
    gateway.put(blocks)
    const killed = new Promise<void>((resolve) => {
      gateway.temper = (_, response) => {
        gateway.temper = () => false
        response.once('close', resolve)
        setTimeout(() => process.kill(network.status().pid as number, 'SIGKILL'), 20)
        return false
      }
    })
    const { got } = await walkFrom(network, root)
    await killed
    expect(sorted(got)).toEqual(sorted(blocks))
  })
})

describe('under public', () => {
  it('no gateway is asked at a private address that a request named, unless that is allowed', async () => {
    const gateway = await startGateway()
    const port = new URL(gateway.url).port
    const network = await embeddedNetwork({ mode: 'public', listen: ['/ip4/127.0.0.1/tcp/0'], keyFile: join(folder, 'public'), log: quiet })
    await network.start(noBlocks)
    const origins = [`/ip4/127.0.0.1/tcp/${port}/http`, `/dns4/localhost/tcp/${port}/http`, `/ip6/::ffff:127.0.0.1/tcp/${port}/http`]
    const session = network.fetch({ origins, signal: live })
    session.want(randomBlocks(1, 10).map(({ cid }) => cid))
    await until(() => session.attempts().every(({ state }) => state === 'failed' || state === 'skipped'))
    const reasons = session.attempts().map(({ reason }) => reason)
    expect(reasons).toEqual(['private addresses are not dialled', expect.stringMatching(/^the name leads to a private address, which is not dialled/), 'private addresses are not dialled'])
    expect(gateway.asked).toEqual([])
    await network.close()
    await gateway.stop()
  })

  it('routers are asked; under local they never are', async () => {
    const router = await startRouter()
    const root = randomBlocks(1, 10)[0]?.cid as CID
    for (const mode of ['local', 'public'] as const) {
      const network = await embeddedNetwork({ mode, listen: ['/ip4/127.0.0.1/tcp/0'], keyFile: join(folder, mode), log: quiet, routers: [router.url] })
      await network.start(noBlocks)
      const session = network.fetch({ origins: [], root, signal: live })
      session.want([root])
      await new Promise((resolve) => setTimeout(resolve, 1500))
      const rows = session.attempts()
      if (mode === 'local') expect(rows).toEqual([])
      else expect(rows).toEqual([{ address: router.url, kind: 'router', state: 'answered', reason: 'nobody provides it', blocks: 0, missing: 0 }])
      expect(router.asked).toEqual(mode === 'local' ? [] : [`/routing/v1/providers/${root}`])
      await network.close()
    }
    await router.stop()
  })
})
