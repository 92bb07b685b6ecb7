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
import { randomBlocks } from './testing/blocks.ts'
import { fetchAll, noBlocks, quiet, sorted } from './testing/fetching.ts'
import { startGateway } from './testing/odd-gateway.ts'
import type { OddGateway } from './testing/odd-gateway.ts'

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
})
