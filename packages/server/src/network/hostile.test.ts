import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Network } from '../ports/network.ts'
import { embeddedNetwork } from './embedded.ts'
import { randomBlocks } from './testing/blocks.ts'
import { fetchAll, quiet, serving, sorted, until } from './testing/fetching.ts'
import { startPeer } from './testing/peer-process.ts'
import type { PeerProcess } from './testing/peer-process.ts'

const MB = 1e6
const live = new AbortController().signal
const ours = [...randomBlocks(3, 5000), ...randomBlocks(24, 1 << 20)]
let network: Network
let honest: PeerProcess

beforeAll(async () => {
  network = await embeddedNetwork({ mode: 'local', keyFile: join(await mkdtemp(join(tmpdir(), 'thole-hostile-')), 'peer.key'), log: quiet })
  ;[honest] = await Promise.all([startPeer('helia-peer'), network.start(serving(ours))])
})
afterAll(() => Promise.all([honest.stop(), network.close()]))

describe('a peer that is asked for blocks', () => {
  const cases: [temper: string, reason: RegExp][] = [
    ['liar', /blocks that nobody asked for, or whose bytes do not match/],
    ['flooder', /blocks that nobody asked for/],
    ['giant', /a message of more than \d+ bytes/],
    ['chatterer', /answers what it was not asked/],
    ['beginner', /begins more messages than it ends/],
  ]

  it.for(cases)('and is a %s costs little, is named, and is sent away; another one gives what it did not', { timeout: 40_000 }, async ([temper, reason]) => {
    const blocks = randomBlocks(50, 500)
    const cids = blocks.map(({ cid }) => cid)
    const odd = await startPeer('odd-peer', temper)
    const before = await memory()
    const session = network.fetch({ origins: [odd.address], signal: live })
    const row = () => session.attempts().find(({ address }) => address === odd.address)
    session.want(cids)
    await until(() => row()?.state === 'lost' || row()?.state === 'failed', 20_000)
    expect(row()).toMatchObject({ blocks: 0, reason: expect.stringMatching(reason) })
    // It is not dialled again, and is told of as it was.
    await until(() => row()?.state === 'failed')
    expect(row()?.reason).toMatch(reason)

    await honest.tell({ op: 'put', blocks: blocks.map(({ cid, bytes }) => ({ cid: cid.bytes, bytes })) })
    session.addOrigins([honest.address])
    expect(sorted(await fetchAll(session, cids))).toEqual(sorted(blocks))
    expect((await memory()) - before).toBeLessThan(150 * MB)
    await odd.stop()
  })
})

describe('a peer that asks', () => {
  it('with thousands of streams keeps no other from its answer', async () => {
    const odd = await startPeer('odd-peer', 'mute')
    const before = await memory()
    const { count } = (await odd.tell({ op: 'crowd', address: network.delegates()[0]!, streams: 5000 })) as { count: number }
    expect(count).toBeGreaterThan(0)
    expect(count).toBeLessThan(5000)
    await expectAnswer()
    expect((await memory()) - before).toBeLessThan(150 * MB)
    await odd.stop()
  }, 60_000)

  it('for millions of blocks is sent away, and meanwhile others have their answer', async () => {
    const odd = await startPeer('odd-peer', 'mute')
    const before = await memory()
    const demanding = odd.tell({ op: 'demand', address: network.delegates()[0]!, wants: 20_000_000 })
    await expectAnswer()
    const { count } = (await demanding) as { count: number }
    expect(count).toBeLessThan(10_000_000)
    await expectAnswer()
    expect((await memory()) - before).toBeLessThan(150 * MB)
    await odd.stop()
  }, 60_000)
})

describe('peers that ask and do not read', () => {
  it('hold little, and keep no other from its answer', async () => {
    const odd = await startPeer('odd-peer', 'mute')
    const before = await memory()
    await odd.tell({ op: 'hoard', address: network.delegates()[0]!, peers: 30, cids: ours.map(({ cid }) => cid.bytes) })
    await new Promise((resolve) => setTimeout(resolve, 1000))
    await expectAnswer()
    expect((await memory()) - before).toBeLessThan(250 * MB) // of 720 that they asked for
    await odd.stop()
  }, 60_000)
})

async function expectAnswer(): Promise<void> {
  const [block] = ours
  const answer = await honest.tell({ op: 'want', address: network.delegates()[0]!, cid: block!.cid.bytes, timeout: 5000 })
  expect(answer).toEqual({ ok: true, bytes: block!.bytes })
}

/** Resident bytes of the network process. */
async function memory(): Promise<number> {
  const status = await readFile(`/proc/${network.status().pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024
}
