import { afterAll, beforeAll, expect, test } from 'vitest'
import { car, client, eventually, pattern, type Client } from '../support/api.ts'
import { fileInBlocks } from '../support/file-in-blocks.ts'
import { memberWithPlan } from '../support/planned.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let who: Client
beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none' })
  const admin = client(server.url, await server.createKey(['account', 'admin']))
  who = await memberWithPlan(server, admin, 'parts', { storageBytes: 100_000 })
  await eventually(async () => (await who.json('/api/v1/usage')).body.plan?.id, (plan) => plan === 'parts')
})
afterAll(() => server?.stop())

test('parts of a DAG that is never whole count with their blocks, each part once, whatever is said of them', async () => {
  const { root, leaves } = await fileInBlocks(pattern(400_000, 1), 1_000)
  const content = leaves.filter(({ bytes }) => bytes.length === 1_000)
  // Below nodes that are never sent, so that nothing leads to them.
  const part = (number: number) => car([root.cid], [root, ...content.slice(number * 40, (number + 1) * 40)])
  const send = async (number: number) => (await who.upload(part(number) as BodyInit, '/api/v1/uploads?kind=file&size=0', 'application/vnd.ipld.car')).status
  for (let time = 0; time < 4; time++) expect(await send(0)).toBe(201)
  expect(await send(1)).toBe(201)
  expect(await send(2)).toBe(413)
  // Lists show what the client says.
  const { uploads } = (await who.json('/api/v1/uploads')).body
  expect(uploads.map(({ bytes }: { bytes: number }) => bytes)).toEqual([0, 0, 0, 0, 0])
  for (const { id } of uploads) await who.call(`/api/v1/uploads/${id}`, { method: 'DELETE' })
  expect(await send(2)).toBe(201)
})
