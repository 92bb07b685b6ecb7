import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { keyOfCid, prefixOfCid } from '../wire/block-key.ts'
import { decodeMessage } from '../wire/decode.ts'
import { spareMemory } from '../spare-memory.ts'
import { messageReader } from '../wire/reader.ts'
import { randomBlocks } from '../testing/blocks.ts'
import { createClient } from './client.ts'
import type { AttemptsFrame } from '../pipe/frames.ts'
import type { Client } from './client.ts'
import { limits } from './limits.ts'
import { createPeer } from './peer.ts'
import type { Peer } from './peer.ts'

type Blocks = ReturnType<typeof randomBlocks>

/** A remote that keeps a wantlist as Kubo does and answers when told to. */
function remote(id: string) {
  const wantlist = new Map<string, Uint8Array>()
  let most = 0
  let messages = 0
  const reader = messageReader(
    (bytes) => {
      messages++
      const { wants, full } = decodeMessage(bytes)
      if (full) wantlist.clear()
      const cancelled = new Set(wants.filter(({ cancel }) => cancel).map(({ cid }) => keyOfCid(cid)))
      for (const { cid } of wants) {
        if (cancelled.has(keyOfCid(cid))) wantlist.delete(keyOfCid(cid))
        else wantlist.set(keyOfCid(cid), cid)
      }
      most = Math.max(most, wantlist.size)
    },
    { maxMessage: 1 << 22, spare: spareMemory() },
  )
  const peer = createPeer(id, {
    onDeaf() {},
    box: { open: true, send: async (parts) => parts.forEach((part) => reader.push(part)) },
  })
  return { peer, wantlist, most: () => most, messages: () => messages }
}

describe('the asking half', () => {
  let delivered: string[]
  let liars: Peer[]
  let rows: Record<string, AttemptsFrame['rows'][number]>
  let client: Client

  beforeEach(() => {
    vi.useFakeTimers()
    delivered = []
    liars = []
    rows = {}
    client = createClient({
      deliver: (_, key) => delivered.push(key),
      report: (frame) => frame.rows.forEach((row) => (rows[row.address] = { ...row })),
      onLiar: (peer) => liars.push(peer),
    })
  })
  afterEach(() => {
    client.stop()
    vi.useRealTimers()
  })

  const cids = (blocks: Blocks) => blocks.map(({ cid }) => cid.bytes)
  const turn = () => vi.advanceTimersByTimeAsync(1)

  function open(origins: ReturnType<typeof remote>[]) {
    const fetch = client.open(1)
    for (const { peer } of origins) {
      fetch.origins.add(peer.id)
      client.join(peer)
    }
    return fetch
  }

  function send({ peer, wantlist }: ReturnType<typeof remote>, blocks: Blocks): void {
    for (const { cid } of blocks) wantlist.delete(keyOfCid(cid.bytes))
    client.receive(peer, { wants: [], full: false, presences: [], blocks: blocks.map(({ cid, bytes }) => ({ prefix: prefixOfCid(cid.bytes), data: bytes })) })
  }

  function refuse({ peer }: ReturnType<typeof remote>, blocks: Blocks): void {
    client.receive(peer, { wants: [], full: false, blocks: [], presences: blocks.map(({ cid }) => ({ cid: cid.bytes, have: false })) })
  }

  it('never has more wants at one peer than it takes, and fills up in large messages', async () => {
    const blocks = randomBlocks(3000, 10)
    const kubo = remote('kubo')
    client.want(open([kubo]), cids(blocks))
    for (let rounds = 0; delivered.length < blocks.length && rounds < 10_000; rounds++) {
      await turn()
      send(kubo, blocks.filter(({ cid }) => kubo.wantlist.has(keyOfCid(cid.bytes))).slice(0, 20))
    }
    expect(new Set(delivered).size).toBe(blocks.length)
    expect(kubo.most()).toBeGreaterThan(500)
    expect(kubo.most()).toBeLessThanOrEqual(limits.wantsPerPeer)
    expect(kubo.messages()).toBeLessThan(40)
  })

  it('starts with few wants, since blocks may be large, and keeps to its budget', async () => {
    const blocks = randomBlocks(40, 1 << 20)
    const kubo = remote('kubo')
    const fetch = open([kubo])
    client.want(fetch, cids(blocks))
    client.want(fetch, cids(randomBlocks(500, 10)))
    await turn()
    expect(kubo.wantlist.size).toBe(limits.fetchBudget / limits.assumedBlock)
    send(kubo, blocks)
    await turn()
    const before = kubo.wantlist.size
    await turn()
    expect(kubo.wantlist.size).toBe(before) // 40 MiB wait to be taken
    client.taken(fetch, 40 << 20)
    await turn()
    expect(kubo.wantlist.size).toBeLessThanOrEqual(before)
  })

  it('asks each want of one peer, shares them out, and asks the next where one does not have it', async () => {
    const blocks = randomBlocks(40, 10)
    const [one, two] = [remote('one'), remote('two')]
    client.want(open([one, two]), cids(blocks))
    await turn()
    expect(one.wantlist.size).toBe(20)
    expect(two.wantlist.size).toBe(20)
    refuse(one, blocks)
    await turn()
    expect(one.wantlist.size).toBe(0)
    expect(two.wantlist.size).toBe(40)
  })

  it('asks again after a while where nobody had it, and at once when a new peer comes', async () => {
    const blocks = randomBlocks(1, 10)
    const [one, late] = [remote('one'), remote('late')]
    client.want(open([one]), cids(blocks))
    await turn()
    refuse(one, blocks)
    await turn()
    expect(one.wantlist.size).toBe(0)
    await vi.advanceTimersByTimeAsync(limits.recheckFirst + limits.sweepEvery)
    expect(one.wantlist.size).toBe(1)
    refuse(one, blocks)
    client.join(late.peer)
    await turn()
    expect(late.wantlist.size).toBe(1)
  })

  it('takes wants from a peer that falls silent or leaves', async () => {
    const blocks = randomBlocks(10, 10)
    const [mute, late, last] = [remote('mute'), remote('late'), remote('last')]
    client.want(open([mute]), cids(blocks))
    await turn()
    expect(mute.wantlist.size).toBe(10)
    client.join(late.peer)
    await vi.advanceTimersByTimeAsync(limits.stallAfter + 2 * limits.sweepEvery)
    expect(mute.wantlist.size).toBe(0)
    expect(late.wantlist.size).toBe(10)
    client.join(last.peer)
    client.leave(late.peer)
    await turn()
    expect(last.wantlist.size).toBe(10)
  })

  it('sends the wants again to a silent peer that is the only one', async () => {
    const kubo = remote('kubo')
    client.want(open([kubo]), cids(randomBlocks(10, 10)))
    await turn()
    kubo.wantlist.clear() // dropped without a word
    await vi.advanceTimersByTimeAsync(limits.stallAfter + 2 * limits.sweepEvery)
    expect(kubo.wantlist.size).toBe(10)
  })

  it('tells of a peer that falls silent, until it sends something', async () => {
    const blocks = randomBlocks(2, 10)
    const kubo = remote('kubo')
    client.want(open([kubo]), cids(blocks))
    await vi.advanceTimersByTimeAsync(limits.stallAfter + 2 * limits.sweepEvery)
    expect(rows.kubo).toMatchObject({ state: 'connected', reason: 'it has not answered for 10 seconds' })
    send(kubo, blocks.slice(0, 1))
    await vi.advanceTimersByTimeAsync(200)
    expect(rows.kubo).toEqual({ address: 'kubo', state: 'connected', reason: undefined, blocks: 1, missing: 0 })
  })

  it('forgives what nobody asked for where much comes that somebody did', async () => {
    const kubo = remote('kubo')
    const fetch = open([kubo])
    for (let i = 0; i < 3 * limits.maxStrays; i++) {
      const blocks = randomBlocks(9, 10)
      client.want(fetch, cids(blocks))
      await turn()
      send(kubo, [...randomBlocks(1, 10), ...blocks])
    }
    expect(liars).toEqual([])
  })

  it('does not look at answers to questions that nobody asked without end', async () => {
    const kubo = remote('kubo')
    client.want(open([kubo]), cids(randomBlocks(1, 10)))
    await turn()
    for (let i = 0; i < 20; i++) refuse(kubo, randomBlocks(1024, 10))
    expect(liars).toEqual([kubo.peer])
    await vi.advanceTimersByTimeAsync(200)
    expect(rows.kubo).toMatchObject({ reason: 'it answers what it was not asked', missing: 0 })
    client.leave(kubo.peer)
    await vi.advanceTimersByTimeAsync(200)
    expect(rows.kubo).toMatchObject({ state: 'lost', reason: 'it answers what it was not asked' })
  })

  it('drops what nobody asked for and reports who keeps sending it', async () => {
    const blocks = randomBlocks(30, 10)
    const [liar, honest] = [remote('liar'), remote('honest')]
    client.want(open([liar]), cids(blocks))
    await turn()
    client.join(honest.peer)
    send(liar, randomBlocks(limits.maxStrays, 10))
    await turn()
    expect(delivered).toEqual([])
    expect(liars).toEqual([])
    expect(honest.wantlist.size).toBe(limits.maxStrays) // each stray cost the liar one want
    send(liar, randomBlocks(1, 10))
    expect(liars).toEqual([liar.peer])
  })

  it('does not hold a second copy against anybody', async () => {
    const blocks = randomBlocks(2, 10)
    const kubo = remote('kubo')
    const fetch = open([kubo])
    client.want(fetch, cids(blocks))
    await turn()
    client.cancel(fetch, cids(blocks.slice(1)))
    await turn()
    expect(kubo.wantlist.size).toBe(1)
    for (let i = 0; i < 20; i++) send(kubo, blocks)
    expect(delivered).toHaveLength(1)
    expect(liars).toEqual([])
  })

  it('asks once for two fetches, and goes on when the one that asked is closed', async () => {
    const blocks = randomBlocks(10, 10)
    const kubo = remote('kubo')
    const first = open([kubo])
    const second = client.open(2)
    client.want(first, cids(blocks))
    client.want(second, cids(blocks))
    await turn()
    expect(kubo.wantlist.size).toBe(10)
    client.close(first)
    await turn()
    expect(kubo.wantlist.size).toBe(10)
    send(kubo, blocks)
    expect(delivered).toHaveLength(10)
    expect([first.asked, second.asked]).toEqual([0, 0])
    client.close(second)
  })
})
