import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPeer, type PeerProcess } from '../../packages/server/src/network/testing/peer-process.ts'
import { client, pattern, rawBlock, type Client } from '../support/api.ts'
import { startServer, type TestServer } from '../support/server.ts'

/**
 * The pains of people who polled pinning services: 404 and 500 while polling, statuses that nobody documents, "failed" that is not final,
 * two endpoints that disagree, a filter that goes by another status than the one shown, and waits without a reason.
 */
let server: TestServer
let api: Client
let peer: PeerProcess

beforeAll(async () => {
  ;[server, peer] = await Promise.all([startServer({ THOLE_FETCH_DEADLINE: '5' }), startPeer('helia-peer')])
  api = client(server.url, await server.createKey())
})
afterAll(async () => {
  await server?.stop()
  await peer?.stop()
})

interface Seen {
  requestid: string
  status: string
  info?: Record<string, string>
}

const statuses = ['queued', 'pinning', 'pinned', 'failed']
const isFinal = (status: string) => status === 'pinned' || status === 'failed'

test('through the whole life of many requests every endpoint answers, agrees, and says why it waits', async () => {
  const wanted = Array.from({ length: 10 }, (_, i) => rawBlock(pattern(50_000, 700 + i)))
  await peer.tell({ op: 'put', blocks: wanted.map(({ cid, bytes }) => ({ cid: cid.bytes, bytes })) })
  const stored = await api.upload('stored already')
  const add = async (cid: string, origins?: string[]) => (await api.post('/psa/pins', { cid, origins })).body as Seen
  const requests = await Promise.all([
    ...wanted.map(({ cid }) => add(cid.toString(), [peer.address])),
    ...Array.from({ length: 10 }, (_, i) => add(rawBlock(Buffer.from(`nobody ${i}`)).cid.toString(), i % 2 ? [peer.address] : undefined)),
    ...Array.from({ length: 5 }, () => add(stored.body.roots[0].cid)),
  ])
  const life = new Map(requests.map(({ requestid, status }) => [requestid, [status]]))

  /** Whatever says so: a request is seen in a status that may follow the one before. */
  const note = ({ requestid, status, info }: Seen) => {
    expect(statuses).toContain(status)
    if (status !== 'pinned') expect(info?.status_details).toMatch(/\w+ \w+/)
    const before = life.get(requestid)!
    if (before.at(-1) !== status) before.push(status)
  }
  const ask = async (path: string) => {
    const { status, body } = await api.json(path)
    expect(status).toBe(200)
    return body
  }

  const polling = async () => {
    for (const until = Date.now() + 30_000; Date.now() < until && ![...life.values()].every((seen) => isFinal(seen.at(-1)!)); ) {
      for (const { requestid } of requests) note(await ask(`/psa/pins/${requestid}`))
      for (const status of statuses) {
        for (const pin of (await ask(`/psa/pins?limit=1000&status=${status}`)).results as Seen[]) expect(pin.status).toBe(status)
      }
    }
  }
  await polling()

  for (const [id, seen] of life) {
    const first = seen.findIndex(isFinal)
    expect([id, seen.slice(first)]).toEqual([id, [seen.at(-1)]])
  }
  const ends = requests.map(({ requestid }) => life.get(requestid)!.at(-1))
  expect(ends).toEqual([...Array(10).fill('pinned'), ...Array(10).fill('failed'), ...Array(5).fill('pinned')])

  const [ours, theirs] = [await ask('/api/v1/pins?limit=100'), await ask(`/psa/pins?limit=100&status=${statuses.join(',')}`)]
  expect(ours.count).toBe(theirs.count)
  const told = (pins: { id?: string; requestid?: string; status: string }[]) => pins.map(({ id, requestid, status }) => [id ?? requestid, status])
  expect(told(ours.pins)).toEqual(told(theirs.results))
}, 60_000)

test('what failed can be deleted, asked for again and replaced, in every order', async () => {
  const { cid } = rawBlock(Buffer.from('nobody has this either'))
  const { body: lost } = await api.post('/psa/pins', { cid: cid.toString() })
  const status = async (id: string) => (await api.json(`/psa/pins/${id}`)).body.status
  await expect.poll(() => status(lost.requestid), { timeout: 15_000 }).toBe('failed')
  const again = await api.post('/psa/pins', { cid: cid.toString() })
  expect(['queued', 'pinning']).toContain(again.body.status)
  const replaced = await api.post(`/psa/pins/${lost.requestid}`, { cid: cid.toString() })
  expect(replaced.status).toBe(202)
  expect((await api.json(`/psa/pins/${lost.requestid}`)).status).toBe(404)
  await api.upload('nobody has this either', '/api/v1/uploads?pin=false')
  for (const id of [again.body.requestid, replaced.body.requestid]) await expect.poll(() => status(id), { timeout: 15_000 }).toBe('pinned')
  for (const id of [again.body.requestid, replaced.body.requestid]) expect((await api.call(`/psa/pins/${id}`, { method: 'DELETE' })).status).toBe(202)
})
