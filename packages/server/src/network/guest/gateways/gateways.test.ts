import { carFrame, carHeader } from '@thole/dag'
import type { Block } from '@thole/dag'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { PeerAttempt } from '../../../ports/network.ts'
import { blockOf, randomBlocks } from '../../testing/blocks.ts'
import { startGateway } from '../../testing/odd-gateway.ts'
import type { OddGateway } from '../../testing/odd-gateway.ts'
import { keyOfMultihash } from '../../wire/block-key.ts'
import { createClient } from '../client.ts'
import type { Client } from '../client.ts'
import type { Fetch } from '../fetch.ts'
import { limits } from '../limits.ts'
import { createGateways } from './gateways.ts'
import type { Gateways } from './gateways.ts'

/** Codec of blocks that may have links, so that their DAG is asked for as a whole. */
const DAG_CBOR = 0x71

describe('HTTP gateways', () => {
  let honest: OddGateway
  let odd: OddGateway
  let client: Client
  let gateways: Gateways
  let delivered: Set<string>
  let rows: Map<string, PeerAttempt>

  beforeEach(async () => {
    ;[honest, odd] = await Promise.all([startGateway(), startGateway()])
    delivered = new Set()
    rows = new Map()
    client = createClient({
      deliver: (_, key) => void delivered.add(key),
      report: ({ rows: some }) => some.forEach((row) => rows.set(row.address, { ...row })),
      onLiar() {},
    })
  })
  afterEach(async () => {
    vi.useRealTimers()
    client.stop()
    await Promise.all([honest.stop(), odd.stop()])
  })

  const keys = (blocks: readonly Block[]) => blocks.map(({ cid }) => keyOfMultihash(cid.multihash.bytes))
  const has = (blocks: readonly Block[]) => keys(blocks).every((key) => delivered.has(key))

  function open(urls: readonly string[], { root }: { root?: Block } = {}): Fetch {
    gateways = createGateways({ client, urls, dialPrivate: true })
    const fetch = client.open(1)
    if (root !== undefined) fetch.root = keys([root])[0]
    gateways.serve(fetch)
    return fetch
  }

  function want(fetch: Fetch, blocks: readonly Block[]): void {
    client.want(fetch, blocks.map(({ cid }) => cid.bytes))
  }

  /** Real time goes on where timers are faked: sockets need it. */
  async function becomes(holds: () => boolean, { step = 0 } = {}): Promise<void> {
    for (const end = performance.now() + 10_000; !holds(); ) {
      if (performance.now() > end) throw new Error(`did not become true: ${holds}, ${JSON.stringify([...rows.values()])}`)
      if (step > 0) await vi.advanceTimersByTimeAsync(step)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  const fakeTime = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })

  it('are asked for a bounded number of blocks at once', async () => {
    const blocks = randomBlocks(300, 10)
    let now = 0
    let most = 0
    honest.temper = (_, response, cid) => {
      most = Math.max(most, ++now)
      setTimeout(() => {
        now--
        response.writeHead(200).end(blocks.find((block) => block.cid.equals(cid))?.bytes)
      }, 2)
      return true
    }
    want(open([honest.url]), blocks)
    await becomes(() => has(blocks))
    expect(most).toBeGreaterThan(1)
    expect(most).toBeLessThanOrEqual(limits.gatewayRequests)
    expect(honest.asked.length).toBe(blocks.length)
  })

  it('are not asked again for what they do not have', async () => {
    const blocks = randomBlocks(3, 10)
    const fetch = open([odd.url, honest.url])
    honest.put(blocks)
    want(fetch, blocks)
    await becomes(() => has(blocks))
    const asked = odd.asked.length
    await becomes(() => rows.get(honest.url)?.blocks === 3)
    expect(rows.get(odd.url)).toMatchObject({ kind: 'gateway', state: asked > 0 ? 'connected' : 'dialling', missing: asked, blocks: 0 })
    const [other] = randomBlocks(1, 10)
    want(fetch, [other!])
    await becomes(() => (rows.get(odd.url)?.missing ?? 0) > asked)
    fakeTime()
    await vi.advanceTimersByTimeAsync(limits.absentFor / 4)
    expect(odd.asked.length).toBe(asked + 1)
  })

  it.each<[string, RegExp, OddGateway['temper']]>([
    ['other bytes', /do not match their hash/, (_, response) => !!response.writeHead(200).end('not what was asked for')],
    ['a body without end', /more than 4194304 bytes/, (_, response) => {
      const more = () => void (response.destroyed || response.write(Buffer.alloc(1 << 20), more))
      response.writeHead(200)
      more()
      return true
    }],
    ['a length beyond the limit', /more than 4194304 bytes/, (_, response) => !!response.writeHead(200, { 'content-length': '99999999999' }).write('x')],
  ])('that send %s are put aside', async (_, reason, temper) => {
    const blocks = randomBlocks(20, 10)
    odd.temper = temper
    honest.put(blocks)
    const fetch = open([odd.url])
    want(fetch, blocks)
    await becomes(() => rows.get(odd.url)?.state === 'failed')
    expect(rows.get(odd.url)).toMatchObject({ blocks: 0, reason: expect.stringMatching(reason) })
    const asked = odd.asked.length
    gateways.follow(fetch, [{ address: '/elsewhere', url: honest.url }])
    await becomes(() => has(blocks))
    expect(odd.asked.length).toBe(asked)
    await becomes(() => rows.get('/elsewhere')?.blocks === 20)
    expect(rows.get('/elsewhere')).toMatchObject({ kind: 'gateway', state: 'connected' })
  })

  it('are asked once by a fetch that names them twice', async () => {
    const blocks = randomBlocks(2, 10)
    honest.put(blocks)
    const fetch = open([honest.url])
    gateways.follow(fetch, [{ address: '/one', url: honest.url }, { address: '/two', url: odd.url }, { address: '/three', url: odd.url }])
    want(fetch, blocks)
    await becomes(() => has(blocks))
    await becomes(() => rows.get('/three') !== undefined)
    for (const address of ['/one', '/three']) expect(rows.get(address)).toMatchObject({ state: 'skipped', reason: 'this gateway is asked already' })
  })

  it('named in plenty are not all asked', async () => {
    const fetch = open([])
    gateways.follow(fetch, Array.from({ length: 100 }, (_, i) => ({ address: `/${i}`, url: `http://127.0.0.1:${i + 1}` })))
    await becomes(() => rows.size === 100)
    expect([...rows.values()].filter(({ state }) => state !== 'skipped').length).toBe(limits.gatewaysPerFetch)
  })

  it('serve several fetches in turn', async () => {
    const [many, few] = [randomBlocks(1000, 10), randomBlocks(3, 10)]
    honest.put([...many, ...few])
    honest.temper = (_, response, cid) => {
      setTimeout(() => response.writeHead(200).end([...many, ...few].find((block) => block.cid.equals(cid))?.bytes), 2)
      return true
    }
    want(open([honest.url]), many)
    await becomes(() => delivered.size > 100)
    const second = client.open(2)
    gateways.serve(second)
    want(second, few)
    await becomes(() => has(few))
    expect(delivered.size).toBeLessThan(500)
  })

  it('may send us to where the same content is, and nowhere else', async () => {
    const [good, bad] = randomBlocks(2, 10) as [Block, Block]
    honest.put([good, bad])
    odd.temper = (_, response, cid) => {
      const path = cid.equals(good.cid) ? `/base/ipfs/${cid}?format=raw` : `/admin/delete?all=/ipfs/${cid}`
      return !!response.writeHead(302, { location: `${honest.url}${path}` }).end()
    }
    want(open([odd.url]), [bad, good])
    await becomes(() => has([good]))
    await becomes(() => rows.get(odd.url)?.blocks === 1)
    expect(honest.asked).toEqual([`raw ${good.cid}`])
  })

  it('that ask for patience get it', async () => {
    const blocks = randomBlocks(5, 10)
    odd.put(blocks)
    odd.temper = (_, response) => odd.asked.length === 1 && !!response.writeHead(429, { 'retry-after': '3' }).end()
    fakeTime()
    want(open([odd.url]), blocks.slice(0, 1))
    await becomes(() => rows.get(odd.url)?.state === 'failed', { step: 10 })
    expect(rows.get(odd.url)?.reason).toMatch(/HTTP 429; it is asked again in \d s/)
    await vi.advanceTimersByTimeAsync(2500)
    expect(odd.asked.length).toBe(1)
    await becomes(() => has(blocks.slice(0, 1)), { step: 100 })
    await becomes(() => rows.get(odd.url)?.blocks === 1 && rows.get(odd.url)?.state === 'connected', { step: 100 })
  })

  it('that fail are left alone, longer each time', async () => {
    odd.temper = (_, response) => !!response.writeHead(500).end()
    fakeTime()
    want(open([odd.url]), randomBlocks(1, 10))
    await becomes(() => /HTTP 500; it is asked again/.test(rows.get(odd.url)?.reason ?? ''), { step: 500 })
    expect(odd.asked.length).toBe(limits.gatewayFailures)
    await becomes(() => odd.asked.length > limits.gatewayFailures, { step: 500 })
    const asked = odd.asked.length
    for (let second = 0; second < 8; second++) {
      await vi.advanceTimersByTimeAsync(1000)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(odd.asked.length - asked).toBeLessThanOrEqual(1)
  })

  it('that nobody answers at are said to be so', async () => {
    const { url } = odd
    await odd.stop()
    want(open([url]), randomBlocks(1, 10))
    await becomes(() => rows.get(url)?.state === 'failed')
    expect(rows.get(url)?.reason).toMatch(/connection refused; it is asked again/)
    odd = await startGateway()
  })

  it('that take the question and never answer lose it to others', async () => {
    const blocks = randomBlocks(2, 10)
    odd.temper = () => true
    honest.put(blocks)
    fakeTime()
    const fetch = open([odd.url])
    want(fetch, blocks)
    await becomes(() => odd.asked.length === 2, { step: 10 })
    gateways.follow(fetch, [{ address: honest.url, url: honest.url }])
    await becomes(() => has(blocks), { step: 500 })
    await becomes(() => rows.get(odd.url)?.reason === 'no answer in time', { step: 500 })
  })

  it('that stop in the midst of a block, or drip, lose it to others', async () => {
    const blocks = randomBlocks(2, 10)
    odd.temper = (_, response, cid) => {
      response.writeHead(200).write('x')
      const drip = setInterval(() => response.write('x'), 5000)
      if (cid.equals(blocks[0]?.cid)) clearInterval(drip)
      response.once('close', () => clearInterval(drip))
      return true
    }
    honest.put(blocks)
    fakeTime()
    const fetch = open([odd.url])
    want(fetch, blocks)
    await becomes(() => odd.asked.length === 2, { step: 10 })
    gateways.follow(fetch, [{ address: honest.url, url: honest.url }])
    await becomes(() => has(blocks), { step: 1000 })
    expect(rows.get(odd.url)).toMatchObject({ blocks: 0, state: 'failed', reason: 'it stopped in the midst of an answer' })
  })

  describe('asked for a whole DAG', () => {
    const root = blockOf(Buffer.from('a0', 'hex'), { codec: DAG_CBOR })
    const leaves = randomBlocks(50, 1000)
    const all = [root, ...leaves]
    const car = (blocks: readonly Block[], rest = Buffer.alloc(0)) => Buffer.concat([carHeader([root.cid]), ...blocks.flatMap((block) => carFrame(block)), rest])

    it.each<[string, OddGateway['temper'], string[]]>([
      ['it knows no CARs', () => false, []],
      ['it answers with a page', (_, response) => !!response.writeHead(200).end('<!doctype html><p>Welcome'), []],
      ['its CAR is cut short', (_, response) => !!response.writeHead(200).end(car(all).subarray(0, 20_000)), []],
      ['its CAR breaks off', (_, response) => !!response.writeHead(200).write(car(all).subarray(0, 20_000), () => response.destroy()), []],
      ['its CAR ends in garbage', (_, response) => !!response.writeHead(200).end(car(all.slice(0, 20), Buffer.from('garbage'))), []],
      ['its CAR lacks much', (_, response) => !!response.writeHead(200).end(car(all.slice(0, 10))), []],
    ])('%s: the rest is asked for block by block', async (_, temper) => {
      odd.put(all)
      odd.temper = (request, response, cid) => request.url?.includes('format=car') === true && temper(request, response, cid)
      const fetch = open([odd.url], { root })
      want(fetch, [root])
      await becomes(() => has([root]))
      want(fetch, leaves)
      await becomes(() => has(all))
      await becomes(() => rows.get(odd.url)?.blocks === all.length)
      expect(odd.asked.filter((what) => what.startsWith('car'))).toEqual([`car ${root.cid}`])
    })

    it('it sends another DAG: it is put aside', async () => {
      odd.temper = (_, response) => !!response.writeHead(200).end(car(leaves))
      honest.put(all)
      const fetch = open([odd.url], { root })
      want(fetch, [root])
      await becomes(() => rows.get(odd.url)?.state === 'failed')
      expect(rows.get(odd.url)?.reason).toMatch(/without the block that was asked for/)
    })

    it('it floods with blocks that nobody asked for: a bounded number is taken', async () => {
      let sent = 0
      odd.put(all)
      odd.temper = (request, response) => {
        if (request.url?.includes('format=car') !== true) return false
        response.writeHead(200).write(car([root]))
        const more = () => {
          if (response.destroyed) return
          const frame = Buffer.concat(carFrame(randomBlocks(1, 1 << 20)[0]!))
          sent += frame.length
          response.write(frame, more)
        }
        more()
        return true
      }
      const fetch = open([odd.url], { root })
      want(fetch, all)
      await becomes(() => has(all))
      expect(sent).toBeLessThan(limits.maxHeld + (16 << 20))
    })

    it('what comes before it is wanted is kept, and reading waits where nobody takes it', async () => {
      const large = randomBlocks(60, 1 << 20)
      odd.cars.set(root.cid.toString(), [root, ...large])
      const fetch = open([odd.url], { root })
      want(fetch, [root])
      await becomes(() => has([root]))
      for (const block of large) {
        want(fetch, [block])
        await becomes(() => has([block]))
        client.taken(fetch, block.bytes.length)
      }
      expect(odd.asked).toEqual([`car ${root.cid}`])
    })
  })
})
