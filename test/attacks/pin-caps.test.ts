import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { car, client, eventually, pattern, rawBlock, type Client } from '../support/api.ts'
import { memberWithPlan } from '../support/planned.ts'
import { anyStatus } from '../support/psa.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let admin: Client
beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none' })
  admin = client(server.url, await server.createKey(['pins:read', 'pins:write', 'upload', 'account', 'admin']))
})
afterAll(() => server?.stop())

/** Everywhere that a pin request can be replaced. */
const doors = [
  ['the pinning API', '/psa/pins'],
  ['Kubo’s address', '/api/pinning/pins'],
  ['Pinion', '/pinning/api/v1/pins'],
  ['web3.storage', '/web3/pins'],
  ['web3.storage’s users', '/web3/user/pins'],
  ['NFT.Storage', '/nft/pins'],
] as const

const block = (seed: number) => rawBlock(pattern(50, seed))
const elsewhere = (seed: number) => block(seed).cid.toString()
async function here(...seeds: number[]): Promise<string[]> {
  const blocks = seeds.map(block)
  await admin.upload(car(blocks.map(({ cid }) => cid), blocks) as BodyInit, '/api/v1/uploads?pin=false', 'application/vnd.ipld.car')
  return blocks.map(({ cid }) => cid.toString())
}
const rows = async (who: Client) => (await who.json(`/psa/pins?limit=1000&${anyStatus}`)).body.results as { requestid: string; status: string; pin: { cid: string } }[]
const tally = async (who: Client) => (await rows(who)).map(({ status }) => status).toSorted()

describe.each(doors)('replacing through %s', (name, path) => {
  const number = doors.findIndex(([one]) => one === name)
  const seed = (i: number) => 1_000 * (number + 1) + i
  let who: Awaited<ReturnType<typeof memberWithPlan>>
  beforeAll(async () => {
    who = await memberWithPlan(server, admin, `door-${number}`, { inFlightPins: 1 })
    await eventually(async () => (await who.json('/api/v1/usage')).body.plan?.id, (plan) => plan === `door-${number}`)
  })
  const replace = (id: string, cid: string) => who.post(`${path}/${id}`, { cid })

  test('what belongs to another account stays as it is, and is not told of', async () => {
    const theirs = (await admin.post('/psa/pins', { cid: elsewhere(seed(1)), name: 'theirs' })).body
    const answers = [await replace(theirs.requestid, elsewhere(seed(2))), await who.json(`${path}/${theirs.requestid}`, { method: 'DELETE' })]
    expect(answers.map(({ status }) => status)).toEqual([404, 404])
    expect(JSON.stringify(answers.map(({ body }) => body))).not.toMatch(/theirs|bafk/)
    expect((await admin.json(`/psa/pins/${theirs.requestid}`)).body).toEqual({ ...theirs, status: 'queued' })
    expect(await rows(who)).toEqual([])
  })

  test('no more requests come to wait than the plan allows, one by one or all at once', async () => {
    const cids = await here(...Array.from({ length: 8 }, (_, i) => seed(10 + i)))
    const pins = await Promise.all(cids.map(async (cid) => (await who.post('/psa/pins', { cid })).body))
    expect(pins.every(({ status }) => status === 'pinned')).toBe(true)
    const answers = await Promise.all(pins.map(({ requestid }, i) => replace(requestid, elsewhere(seed(30 + i)))))
    const taken = answers.filter(({ status }) => status < 300)
    expect(taken).toHaveLength(1)
    expect(new Set(answers.filter((one) => !taken.includes(one)).map(({ status }) => status))).toEqual(new Set([409]))
    expect(JSON.stringify(answers.find(({ status }) => status === 409)!.body)).toContain('1 pin requests wait already, which is the limit of your plan')
    expect(await tally(who)).toEqual([...Array.from({ length: 7 }, () => 'pinned'), 'queued'])
    // What waits may be exchanged for something else that waits, and makes room when it is pinned.
    const waiting = taken[0]!.body.requestid as string
    const other = await replace(waiting, elsewhere(seed(40)))
    expect(other.status).toBeLessThan(300)
    expect((await replace(waiting, elsewhere(seed(41)))).status).toBe(404)
    expect((await replace(other.body.requestid, cids[0]!)).body.status).toBe('pinned')
    expect(await tally(who)).toEqual(Array.from({ length: 8 }, () => 'pinned'))
    expect((await who.json('/api/v1/usage')).body).toMatchObject({ inFlightPins: 0 })
  })
})
