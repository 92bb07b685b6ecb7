import { spawn } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { matches } from '@thole/dag'
import type { Block } from '@thole/dag'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Network } from '../ports/network.ts'
import { embeddedNetwork } from './embedded.ts'
import type { EmbeddedOptions } from './embedded.ts'
import { networkContract } from './network.contract.ts'
import { BLAKE2B_256, blockOf, DAG_CBOR, randomBlocks, SHA2_512 } from './testing/blocks.ts'
import { collect, fetchAll, noBlocks, quiet, serving, sorted, until } from './testing/fetching.ts'
import { startPeer } from './testing/peer-process.ts'
import type { PeerProcess } from './testing/peer-process.ts'

const folder = await mkdtemp(join(tmpdir(), 'thole-network-'))
let files = 0

function open(options: Partial<EmbeddedOptions> = {}): Promise<Network> {
  return embeddedNetwork({ mode: 'local', keyFile: join(folder, `${files++}.key`), log: quiet, ...options })
}

networkContract('embedded', open)

describe('the embedded network', () => {
  const live = new AbortController().signal
  const ours = randomBlocks(3, 5000)
  const small = blockOf(new TextEncoder().encode('small'))
  let network: Network
  let helia: PeerProcess

  beforeAll(async () => {
    network = await open()
    ;[helia] = await Promise.all([startPeer('helia-peer'), network.start(serving([...ours, small]))])
  })
  afterAll(() => Promise.all([helia.stop(), network.close()]))

  async function given(blocks: ReturnType<typeof randomBlocks>) {
    await helia.tell({ op: 'put', blocks: blocks.map(({ cid, bytes }) => ({ cid: cid.bytes, bytes })) })
    return blocks.map(({ cid }) => cid)
  }

  it('fetches one block and tells from whom', async () => {
    const blocks = randomBlocks(1, 1000)
    const session = network.fetch({ origins: [helia.address], signal: live })
    expect(await fetchAll(session, await given(blocks))).toEqual(blocks)
    expect(session.attempts()).toEqual([{ address: helia.address, state: 'connected', blocks: 1, missing: 0 }])
  })

  it('fetches many small blocks', async () => {
    const blocks = randomBlocks(500, 2000)
    const got = await fetchAll(network.fetch({ origins: [helia.address], signal: live }), await given(blocks))
    expect(sorted(got)).toEqual(sorted(blocks))
  })

  it('fetches large blocks', async () => {
    const blocks = randomBlocks(20, 1 << 20)
    const got = await fetchAll(network.fetch({ origins: [helia.address], signal: live }), await given(blocks))
    expect(sorted(got)).toEqual(sorted(blocks))
  })

  it('uses the memory of large blocks again where they are released, and leaves the others as they are', async () => {
    const [twin, ...others] = randomBlocks(30, 300_000)
    const blocks = [twin!, blockOf(twin!.bytes, { codec: DAG_CBOR }), ...others]
    const session = network.fetch({ origins: [helia.address], signal: live })
    const memories = new Set<ArrayBufferLike>()
    const kept: Block[] = []
    const took = (block: Block) => {
      expect(matches(block.cid, block.bytes)).toBe(true)
      memories.add(block.bytes.buffer)
      if (memories.size % 4 === 0 || block.cid.code === DAG_CBOR) kept.push(block)
      else session.release(block)
    }
    // Few at a time, so that there is something to use again.
    for (const cids = await given(blocks); cids.length > 0; ) {
      const some = cids.splice(0, 4)
      session.want(some)
      for (let i = 0; i < some.length; i++) took((await session.blocks[Symbol.asyncIterator]().next()).value)
    }
    await session.close()
    expect(memories.size).toBeLessThan(blocks.length - 5)
    expect(kept.every(({ cid, bytes }) => matches(cid, bytes))).toBe(true)
  })

  it('fetches blocks of other hashes, an empty one, and one under two names', async () => {
    const bytes = Uint8Array.from([1, 2, 3])
    const blocks = [blockOf(bytes), blockOf(bytes, { codec: DAG_CBOR }), blockOf(bytes, { hash: SHA2_512 }), blockOf(bytes, { hash: BLAKE2B_256 }), blockOf(new Uint8Array(0))]
    const got = await fetchAll(network.fetch({ origins: [helia.address], signal: live }), await given(blocks))
    expect(sorted(got)).toEqual(sorted(blocks))
  })

  it('tells when nobody has it, and still finds it when somebody gets it', async () => {
    const blocks = randomBlocks(1, 100)
    const session = network.fetch({ origins: [helia.address], signal: live })
    session.want(blocks.map(({ cid }) => cid))
    await expect.poll(() => session.attempts()[0]?.missing ?? 0, { timeout: 5000 }).toBeGreaterThanOrEqual(1)
    expect(session.attempts()[0]?.blocks).toBe(0)
    await given(blocks)
    for await (const block of session.blocks) {
      expect(block.cid.equals(blocks[0]?.cid)).toBe(true)
      break
    }
    await session.close()
  })

  it('serves two fetches of the same blocks at once', async () => {
    const blocks = randomBlocks(100, 2000)
    const cids = await given(blocks)
    const fetches = [1, 2].map(() => fetchAll(network.fetch({ origins: [helia.address], signal: live }), cids))
    for (const got of await Promise.all(fetches)) expect(sorted(got)).toEqual(sorted(blocks))
  })

  it('can be closed in the midst of a fetch', async () => {
    const cids = await given(randomBlocks(200, 2000))
    const session = network.fetch({ origins: [helia.address], signal: live })
    session.want(cids)
    let count = 0
    for await (const _ of session.blocks) if (++count === 5) await session.close()
    expect(count).toBe(5)
    const again = await fetchAll(network.fetch({ origins: [helia.address], signal: live }), cids)
    expect(again.length).toBe(200)
  })

  it('yields nothing for a want that was cancelled', async () => {
    const cids = await given(randomBlocks(2, 100))
    const session = network.fetch({ origins: [helia.address], signal: live })
    session.want(cids)
    session.cancel(cids.slice(0, 1))
    const got: string[] = []
    for await (const { cid } of session.blocks) {
      got.push(cid.toString())
      setTimeout(() => void session.close(), 200)
    }
    expect(got).toEqual([cids[1]?.toString()])
  })

  it('gives blocks to peers, and says of others that it does not have them', async () => {
    const address = network.delegates()[0] as string
    for (const { cid, bytes } of [...ours, small]) {
      const answer = await helia.tell({ op: 'want', address, cid: cid.bytes, timeout: 5000 })
      expect(answer).toEqual({ ok: true, bytes })
    }
    const asker = await startPeer('odd-peer', 'asker')
    const [unknown] = randomBlocks(1, 10)
    const ask = (cid: Uint8Array | undefined, have: boolean) => asker.tell({ op: 'ask', address, cid: cid as Uint8Array, have })
    expect(await ask(unknown?.cid.bytes, false)).toMatchObject({ presence: 'dont-have', bytes: undefined })
    expect(await ask(unknown?.cid.bytes, true)).toMatchObject({ presence: 'dont-have', bytes: undefined })
    expect(await ask(ours[0]?.cid.bytes, true)).toMatchObject({ presence: 'have', bytes: undefined })
    expect(await ask(small.cid.bytes, true)).toMatchObject({ bytes: small.bytes })
    await asker.stop()
  })

  it('takes a fetch from peers that do not answer or lie to one that does', async () => {
    const blocks = randomBlocks(30, 500)
    const cids = await given(blocks)
    const liar = await startPeer('odd-peer', 'liar')
    const session = network.fetch({ origins: [liar.address], signal: live })
    session.want(cids)
    await until(() => session.attempts().some(({ address }) => address === liar.address))
    session.addOrigins([helia.address])
    const got = await fetchAll(session, cids)
    expect(sorted(got)).toEqual(sorted(blocks))
    expect(session.attempts().find(({ address }) => address === liar.address)?.blocks).toBe(0)
    await liar.stop()
  })

  it('fetches from several peers, each of which has a part', async () => {
    const other = await startPeer('helia-peer')
    const [mine, theirs] = [randomBlocks(50, 500), randomBlocks(50, 500)]
    await other.tell({ op: 'put', blocks: theirs.map(({ cid, bytes }) => ({ cid: cid.bytes, bytes })) })
    const cids = [...(await given(mine)), ...theirs.map(({ cid }) => cid)]
    const session = network.fetch({ origins: [helia.address, other.address], signal: live })
    expect(sorted(await fetchAll(session, cids))).toEqual(sorted([...mine, ...theirs]))
    expect(session.attempts().map(({ blocks }) => blocks)).toEqual([50, 50])
    await other.stop()
  })

  it('goes on when its process is killed in the midst of a fetch, at the same address', async () => {
    const blocks = randomBlocks(400, 2000)
    const cids = await given(blocks)
    const before = { delegates: network.delegates(), pid: network.status().pid, restarts: network.status().restarts }
    const session = network.fetch({ origins: [helia.address], signal: live })
    let count = 0
    const got = await fetchAll(session, cids, () => {
      if (++count === 50) process.kill(before.pid as number, 'SIGKILL')
    })
    expect(sorted(got)).toEqual(sorted(blocks))
    expect(network.status()).toMatchObject({ state: 'running', restarts: before.restarts + 1 })
    expect(network.status().pid).not.toBe(before.pid)
    expect(network.delegates()).toEqual(before.delegates)
    const answer = await helia.tell({ op: 'want', address: before.delegates[0] as string, cid: ours[0]?.cid.bytes as Uint8Array, timeout: 5000 })
    expect(answer.ok).toBe(true)
  })

  it('listens again on the same port soon after its death', async () => {
    const { pid } = network.status()
    const port = Number(/tcp\/(\d+)/.exec(network.delegates()[0] as string)?.[1])
    process.kill(pid as number, 'SIGKILL')
    await until(() => network.status().pid !== pid)
    await expect.poll(() => canConnect(port), { timeout: 10_000, interval: 20 }).toBe(true)
    await until(() => network.status().state === 'running')
  })
})

it('keeps configured peers connected', async () => {
  const helia = await startPeer('helia-peer')
  const network = await open({ peers: [helia.address, 'garbage'] })
  await network.start(noBlocks)
  await until(() => network.status().peers === 1)
  const blocks = randomBlocks(1, 100)
  await helia.tell({ op: 'put', blocks: blocks.map(({ cid, bytes }) => ({ cid: cid.bytes, bytes })) })
  const session = network.fetch({ origins: [], signal: new AbortController().signal })
  expect(sorted(await fetchAll(session, blocks.map(({ cid }) => cid)))).toEqual(sorted(blocks))
  const { pid } = network.status()
  process.kill(pid as number, 'SIGKILL')
  await until(() => network.status().pid !== pid && network.status().peers === 1)
  await network.close()
  await helia.stop()
})

it('does not dial private addresses where that is not allowed', async () => {
  const network = await open({ mode: 'public', listen: ['/ip4/127.0.0.1/tcp/0'] })
  await network.start(noBlocks)
  const id = (network.status().peerId as string)
  const session = network.fetch({ origins: [`/ip4/10.0.0.1/tcp/1/p2p/${id.slice(0, -1)}x`, '/ip4/192.168.1.1/tcp/4001/p2p/12D3KooWLqL3mgnW2uQqUWXcWqGXHz6q2w4h6UrUUTJq2cgoc2KD', '/dns4/localhost/tcp/4001/p2p/12D3KooWLqL3mgnW2uQqUWXcWqGXHz6q2w4h6UrUUTJq2cgoc2KD'], signal: new AbortController().signal })
  await until(() => session.attempts().every(({ state }) => state !== 'dialling'))
  const [, literal, name] = session.attempts()
  expect(literal).toMatchObject({ state: 'skipped', reason: 'private addresses are not dialled' })
  expect(name).toMatchObject({ state: 'failed', reason: 'the name leads to a private address, which is not dialled' })
  await network.close()
  expect(await collect(session.blocks)).toEqual([])
})

it('gives up starting where it cannot listen, and the server goes on', async () => {
  const network = await open({ listen: ['/ip4/203.0.113.1/tcp/1'] })
  await network.start(noBlocks)
  expect(network.status().state).toBe('starting')
  expect(network.delegates()).toHaveLength(1)
  await network.close()
  expect(network.status()).toMatchObject({ state: 'off', pid: undefined })
})

it('leaves no process behind when the house is killed', async () => {
  const house = spawn(process.execPath, [fileURLToPath(new URL('./testing/house.ts', import.meta.url)), join(folder, 'house.key')], { stdio: ['ignore', 'pipe', 'inherit'] })
  const pid = await new Promise<number>((resolve) => house.stdout.once('data', (text: Buffer) => resolve(Number(text))))
  expect(isAlive(pid)).toBe(true)
  house.kill('SIGKILL')
  await until(() => !isAlive(pid), 5000)
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
