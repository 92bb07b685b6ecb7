import type { Block } from '@thole/dag'
import { expect, it, vi } from 'vitest'
import { randomBlocks } from '../../testing/blocks.ts'
import { useGateways } from '../../testing/asking-gateways.ts'
import { startGateway } from '../../testing/odd-gateway.ts'
import type { OddGateway } from '../../testing/odd-gateway.ts'
import { limits } from '../limits.ts'

const asking = useGateways()
const fakeTime = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })

it('gateways are asked for a bounded number of blocks at once', async () => {
  const blocks = randomBlocks(300, 10)
  let now = 0
  let most = 0
  asking.honest.temper = (_, response, cid) => {
    most = Math.max(most, ++now)
    setTimeout(() => {
      now--
      response.writeHead(200).end(blocks.find((block) => block.cid.equals(cid))?.bytes)
    }, 2)
    return true
  }
  asking.want(asking.open([asking.honest.url]), blocks)
  await asking.becomes(() => asking.has(blocks))
  expect(most).toBeGreaterThan(1)
  expect(most).toBeLessThanOrEqual(limits.gatewayRequests)
  expect(asking.honest.asked.length).toBe(blocks.length)
})

it('gateways are not asked again for what they do not have', async () => {
  const blocks = randomBlocks(3, 10)
  const fetch = asking.open([asking.odd.url, asking.honest.url])
  asking.honest.put(blocks)
  asking.want(fetch, blocks)
  await asking.becomes(() => asking.has(blocks))
  const asked = asking.odd.asked.length
  await asking.becomes(() => asking.rows.get(asking.honest.url)?.blocks === 3)
  expect(asking.rows.get(asking.odd.url)).toMatchObject({ kind: 'gateway', state: asked > 0 ? 'connected' : 'dialling', missing: asked, blocks: 0 })
  const [other] = randomBlocks(1, 10)
  asking.want(fetch, [other!])
  await asking.becomes(() => (asking.rows.get(asking.odd.url)?.missing ?? 0) > asked)
  fakeTime()
  await vi.advanceTimersByTimeAsync(limits.absentFor / 4)
  expect(asking.odd.asked.length).toBe(asked + 1)
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
])('gateways that send %s are put aside', async (_, reason, temper) => {
  const blocks = randomBlocks(20, 10)
  asking.odd.temper = temper
  asking.honest.put(blocks)
  const fetch = asking.open([asking.odd.url])
  asking.want(fetch, blocks)
  await asking.becomes(() => asking.rows.get(asking.odd.url)?.state === 'failed')
  expect(asking.rows.get(asking.odd.url)).toMatchObject({ blocks: 0, reason: expect.stringMatching(reason) })
  const asked = asking.odd.asked.length
  asking.gateways.follow(fetch, [{ address: '/elsewhere', url: asking.honest.url }])
  await asking.becomes(() => asking.has(blocks))
  expect(asking.odd.asked.length).toBe(asked)
  await asking.becomes(() => asking.rows.get('/elsewhere')?.blocks === 20)
  expect(asking.rows.get('/elsewhere')).toMatchObject({ kind: 'gateway', state: 'connected' })
})

it('gateways are asked once by a fetch that names them twice', async () => {
  const blocks = randomBlocks(2, 10)
  asking.honest.put(blocks)
  const fetch = asking.open([asking.honest.url])
  asking.gateways.follow(fetch, [{ address: '/one', url: asking.honest.url }, { address: '/two', url: asking.odd.url }, { address: '/three', url: asking.odd.url }])
  asking.want(fetch, blocks)
  await asking.becomes(() => asking.has(blocks))
  await asking.becomes(() => asking.rows.get('/three') !== undefined)
  for (const address of ['/one', '/three']) expect(asking.rows.get(address)).toMatchObject({ state: 'skipped', reason: 'this gateway is asked already' })
})

it('gateways named in plenty are not all asked', async () => {
  const fetch = asking.open([])
  asking.gateways.follow(fetch, Array.from({ length: 100 }, (_, i) => ({ address: `/${i}`, url: `http://127.0.0.1:${i + 1}` })))
  await asking.becomes(() => asking.rows.size === 100)
  expect([...asking.rows.values()].filter(({ state }) => state !== 'skipped').length).toBe(limits.gatewaysPerFetch)
})

it('gateways serve several fetches in turn', async () => {
  const [many, few] = [randomBlocks(1000, 10), randomBlocks(3, 10)]
  asking.honest.put([...many, ...few])
  asking.honest.temper = (_, response, cid) => {
    setTimeout(() => response.writeHead(200).end([...many, ...few].find((block) => block.cid.equals(cid))?.bytes), 2)
    return true
  }
  asking.want(asking.open([asking.honest.url]), many)
  await asking.becomes(() => asking.delivered.size > 100)
  const second = asking.client.open(2)
  asking.gateways.serve(second)
  asking.want(second, few)
  await asking.becomes(() => asking.has(few))
  expect(asking.delivered.size).toBeLessThan(500)
})

it('gateways may send us to where the same content is, and nowhere else', async () => {
  const [good, bad] = randomBlocks(2, 10) as [Block, Block]
  asking.honest.put([good, bad])
  asking.odd.temper = (_, response, cid) => {
    const path = cid.equals(good.cid) ? `/base/ipfs/${cid}?format=raw` : `/admin/delete?all=/ipfs/${cid}`
    return !!response.writeHead(302, { location: `${asking.honest.url}${path}` }).end()
  }
  asking.want(asking.open([asking.odd.url]), [bad, good])
  await asking.becomes(() => asking.has([good]))
  await asking.becomes(() => asking.rows.get(asking.odd.url)?.blocks === 1)
  expect(asking.honest.asked).toEqual([`raw ${good.cid}`])
})

it('gateways that ask for patience get it', async () => {
  const blocks = randomBlocks(5, 10)
  asking.odd.put(blocks)
  asking.odd.temper = (_, response) => asking.odd.asked.length === 1 && !!response.writeHead(429, { 'retry-after': '3' }).end()
  fakeTime()
  asking.want(asking.open([asking.odd.url]), blocks.slice(0, 1))
  await asking.becomes(() => asking.rows.get(asking.odd.url)?.state === 'failed', { step: 10 })
  expect(asking.rows.get(asking.odd.url)?.reason).toMatch(/HTTP 429; it is asked again in \d s/)
  await vi.advanceTimersByTimeAsync(2500)
  expect(asking.odd.asked.length).toBe(1)
  await asking.becomes(() => asking.has(blocks.slice(0, 1)), { step: 100 })
  await asking.becomes(() => asking.rows.get(asking.odd.url)?.blocks === 1 && asking.rows.get(asking.odd.url)?.state === 'connected', { step: 100 })
})

it('gateways that fail are left alone, longer each time', async () => {
  asking.odd.temper = (_, response) => !!response.writeHead(500).end()
  fakeTime()
  asking.want(asking.open([asking.odd.url]), randomBlocks(1, 10))
  await asking.becomes(() => /HTTP 500; it is asked again/.test(asking.rows.get(asking.odd.url)?.reason ?? ''), { step: 500 })
  expect(asking.odd.asked.length).toBe(limits.gatewayFailures)
  await asking.becomes(() => asking.odd.asked.length > limits.gatewayFailures, { step: 500 })
  const asked = asking.odd.asked.length
  for (let second = 0; second < 8; second++) {
    await vi.advanceTimersByTimeAsync(1000)
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(asking.odd.asked.length - asked).toBeLessThanOrEqual(1)
})

it('gateways that nobody answers at are said to be so', async () => {
  const { url } = asking.odd
  await asking.odd.stop()
  asking.want(asking.open([url]), randomBlocks(1, 10))
  await asking.becomes(() => asking.rows.get(url)?.state === 'failed')
  expect(asking.rows.get(url)?.reason).toMatch(/connection refused; it is asked again/)
  asking.odd = await startGateway()
})

it('gateways that take the question and never answer lose it to others', async () => {
  const blocks = randomBlocks(2, 10)
  asking.odd.temper = () => true
  asking.honest.put(blocks)
  fakeTime()
  const fetch = asking.open([asking.odd.url])
  asking.want(fetch, blocks)
  await asking.becomes(() => asking.odd.asked.length === 2, { step: 10 })
  asking.gateways.follow(fetch, [{ address: asking.honest.url, url: asking.honest.url }])
  await asking.becomes(() => asking.has(blocks), { step: 500 })
  await asking.becomes(() => asking.rows.get(asking.odd.url)?.reason === 'no answer in time', { step: 500 })
})

it('gateways that stop in the midst of a block, or drip, lose it to others', async () => {
  const blocks = randomBlocks(2, 10)
  asking.odd.temper = (_, response, cid) => {
    response.writeHead(200).write('x')
    const drip = setInterval(() => response.write('x'), 5000)
    if (cid.equals(blocks[0]?.cid)) clearInterval(drip)
    response.once('close', () => clearInterval(drip))
    return true
  }
  asking.honest.put(blocks)
  fakeTime()
  const fetch = asking.open([asking.odd.url])
  asking.want(fetch, blocks)
  await asking.becomes(() => asking.odd.asked.length === 2, { step: 10 })
  asking.gateways.follow(fetch, [{ address: asking.honest.url, url: asking.honest.url }])
  await asking.becomes(() => asking.has(blocks), { step: 1000 })
  expect(asking.rows.get(asking.odd.url)).toMatchObject({ blocks: 0, state: 'failed', reason: 'it stopped in the midst of an answer' })
})
