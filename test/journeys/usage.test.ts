import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { client, pattern, type Client } from '../support/api.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let admin: Client
beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none' })
  admin = client(server.url, await server.createKey(['account', 'admin', 'upload', 'pins:read']))
})
afterAll(() => server?.stop())

const ownerOf = async (email: string) => client(server.url, await server.createKey(undefined, email))
const accountOf = async (email: string) => (await admin.json(`/api/v1/admin/accounts?search=${email}`)).body.accounts[0]
const hour = 3_600_000
/** All that an account has used so far, of each kind. */
async function used(id: string) {
  const from = new Date(Date.now() - 2 * hour).toISOString()
  const { body } = await admin.json(`/api/v1/admin/accounts/${id}/usage?by=hour&from=${from}`)
  return body.total as { requests: number; sent: number; byteHours: number }
}

interface Answer {
  status: number
  received: number
}

/** Reads all of an answer, or breaks off after so many bytes. */
function read(path: string, { method = 'GET', headers = {}, stopAt = Infinity, body }: { method?: string; headers?: Record<string, string>; stopAt?: number; body?: Uint8Array } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(server.url + path, { method, headers, agent: false }, (incoming) => {
      let received = 0
      incoming.on('data', (piece: Buffer) => {
        received += piece.length
        if (received < stopAt) return
        asked.destroy()
        resolve({ status: incoming.statusCode!, received })
      })
      incoming.on('end', () => resolve({ status: incoming.statusCode!, received }))
      incoming.on('error', (error) => (received >= stopAt ? undefined : reject(error)))
    })
    asked.on('error', (error) => (stopAt < Infinity ? undefined : reject(error)))
    asked.end(body)
  })
}

test('bytes and requests are those of the bodies that clients received, to the byte', async () => {
  const key = await server.createKey(undefined, 'reader@example.org')
  const owner = client(server.url, key)
  const id = (await accountOf('reader@example.org')).id as string
  const keyed = { authorization: `Bearer ${key}` }
  let sum = 0
  let requests = 0
  const note = ({ received }: Answer) => {
    sum += received
    requests++
  }
  const files = [pattern(10, 1), pattern(70_000, 2), pattern(3_000_000, 3)]
  const cids: string[] = []
  for (const body of files) {
    const answer = await owner.call('/api/v1/uploads', { method: 'POST', body })
    const text = await answer.text()
    cids.push((JSON.parse(text) as { roots: { cid: string }[] }).roots[0]!.cid)
    note({ status: answer.status, received: Buffer.byteLength(text) })
  }
  const etag = (await fetch(`${server.url}/ipfs/${cids[1]}`, { method: 'HEAD' })).headers.get('etag')!
  requests++
  const statuses = new Set<number>()
  const public_ = (path: string, options: Parameters<typeof read>[1] = {}) => read(path, options)
  for (let round = 0; round < 12; round++) {
    const answers = await Promise.all([
      ...cids.flatMap((cid) => [
        public_(`/ipfs/${cid}`),
        public_(`/ipfs/${cid}`, { headers: { range: `bytes=${round}-${round + 5}` } }),
        public_(`/ipfs/${cid}`, { method: 'HEAD' }),
        public_(`/ipfs/${cid}?format=car`),
        public_(`/ipfs/${cid}?format=raw`),
        public_(`/ipfs/${cid}/nothing/there`),
        read(`/gateway/api/v1/ipfs/${cid}`, { headers: keyed }),
      ]),
      public_(`/ipfs/${cids[1]}`, { headers: { 'if-none-match': etag } }),
      read('/api/v1/uploads', { headers: keyed }),
      read('/psa/pins?limit=2', { headers: keyed }),
      read('/psa/pins/unknown', { headers: keyed }),
      read('/api/v1/nowhere', { headers: keyed }),
      read(`/api/v1/dags/${cids[0]}`, { headers: keyed }),
    ])
    for (const answer of answers) {
      statuses.add(answer.status)
      note(answer)
    }
  }
  expect([...statuses].sort()).toEqual([200, 206, 304, 404, 416])
  const total = await used(id)
  expect(total).toMatchObject({ requests, sent: sum })

  // What nobody is known to hold is charged to nobody, and what is not read with a key of somebody, not to them.
  await read('/ipfs/bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy')
  await read('/healthz')
  await read('/')
  expect(await used(id)).toEqual({ ...total, byteHours: expect.any(Number) })

  // Its owner sees the same, as JSON and as CSV; asking is counted too.
  const from = new Date(Date.now() - 2 * hour).toISOString()
  const own = (await owner.json(`/api/v1/usage/history?by=hour&from=${from}`)).body
  expect(own.total.sent).toBe(sum)
  expect(own.steps.reduce((all: number, step: { gateway?: { sent: number } }) => all + (step.gateway?.sent ?? 0), 0)).toBeGreaterThan(100_000)
  const csv = await (await owner.call(`/api/v1/usage?by=hour&from=${from}&format=csv`)).text()
  const [head, ...lines] = csv.trim().split('\r\n').map((line) => line.split(','))
  expect(head!.slice(0, 4)).toEqual(['start', 'byte_hours', 'requests', 'sent'])
  expect(lines.reduce((all, [, , , bytes]) => all + Number(bytes), 0)).toBeGreaterThan(sum)
  expect((await owner.json('/api/v1/usage')).body).toMatchObject({ bytes: expect.any(Number), dags: 3, uploads: 3, month: { requests: expect.any(Number) }, shares: [] })
})

test('of what broke off, what the socket took', async () => {
  const owner = await ownerOf('leaver@example.org')
  const { body } = await owner.upload(pattern(40_000_000, 9))
  const { id } = await accountOf('leaver@example.org')
  const before = (await used(id)).sent
  const { received } = await read(`/ipfs/${body.roots[0].cid}`, { stopAt: 2_000_000 })
  await expect.poll(async () => (await used(id)).sent).toBeGreaterThanOrEqual(before + received)
  expect((await used(id)).sent - before - received).toBeLessThan(20_000_000)
})
