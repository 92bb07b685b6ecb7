import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { car, client, eventually, pattern, rawBlock, type Client } from '../support/api.ts'
import { testDatabase } from '../support/database.ts'
import { fileInBlocks } from '../support/file-in-blocks.ts'
import { temporaryFolder } from '../support/folder.ts'
import { memberWithPlan, send } from '../support/planned.ts'
import { runCommand, startServer, type TestServer } from '../support/server.ts'
import { tholeHome } from '../support/thole.ts'

let server: TestServer
let admin: Client
const ending = new AsyncDisposableStack()
beforeAll(async () => {
  server = ending.adopt(await startServer({ THOLE_NETWORK: 'none' }), (it) => it.stop())
  admin = client(server.url, await server.createKey(['account', 'admin']))
})
afterAll(() => ending.disposeAsync())

const elsewhere = (seed: number) => rawBlock(pattern(50, seed)).cid.toString()
const usageOf = async (who: Client) => {
  const { bytes, blocks, dags, uploads, inFlightPins, reserved, plan, keys } = (await who.json('/api/v1/usage')).body
  return { bytes, blocks, dags, uploads, inFlightPins, reserved, plan, keys }
}
const planned = async (who: Client, plan: string) => eventually(async () => (await who.json('/api/v1/usage')).body.plan?.id, (id) => id === plan)

test('tholed import: what an account used it uses there, and it comes no further than its plan', async () => {
  const who = await memberWithPlan(server, admin, 'mover', { storageBytes: 100_000, inFlightPins: 2 })
  await planned(who, 'mover')
  expect((await who.upload(pattern(60_000, 1))).status).toBe(201)
  expect((await who.upload(pattern(10_000, 2), '/api/v1/uploads?pin=false')).status).toBe(201)
  const { root, leaves } = await fileInBlocks(pattern(20_000, 3), 5_000)
  const parts = car([root.cid], [root, ...leaves.slice(1)])
  expect((await who.upload(parts as BodyInit, '/api/v1/uploads', 'application/vnd.ipld.car')).status).toBe(201)
  expect((await who.post('/psa/pins', { cid: elsewhere(4) })).status).toBe(202)
  const before = await usageOf(who)
  expect(before).toMatchObject({ bytes: 70_000, inFlightPins: 2, reserved: { bytes: 0 } })
  const history = async (it: Client) => (await it.json(`/api/v1/usage/history?by=day&from=${new Date(Date.now() - 86_400_000).toISOString()}`)).body.total

  await using folder = await temporaryFolder()
  const sent = (await history(who)).sent as number
  await runCommand(['export', join(folder.path, 'out')], server.env)
  const database = ending.adopt(await testDatabase(), (it) => it.drop())
  const places: Record<string, string>[] = [{}, { THOLE_DATABASE_URL: database.url }]
  for (const variables of places) {
    const env = { ...server.env, THOLE_ADMIN_EMAIL: '', THOLE_ADMIN_PASSWORD: '', THOLE_PORT: '0', THOLE_DATA: join(folder.path, crypto.randomUUID()), ...variables }
    await runCommand(['import', join(folder.path, 'out')], env)
    await using there = new AsyncDisposableStack()
    const other = there.adopt(await startServer(env), (it) => it.stop())
    const moved = client(other.url, who.key)
    expect(await usageOf(moved)).toEqual(before)
    expect((await history(moved)).sent).toBeGreaterThanOrEqual(sent)
    // 70,000 of what is whole and some 15,000 of parts.
    expect((await moved.upload(pattern(20_000, 5))).status).toBe(413)
    expect((await moved.post('/psa/pins', { cid: elsewhere(6) })).status).toBe(409)
    expect((await moved.upload(pattern(9_000, 7))).status).toBe(201)
    // The last part takes no more than it is.
    expect((await moved.upload(car([root.cid], [leaves[0]!]) as BodyInit, '/api/v1/uploads', 'application/vnd.ipld.car')).status).toBe(201)
    expect(await usageOf(moved)).toMatchObject({ bytes: 79_000 + root.bytes.length + 20_000, inFlightPins: 1, reserved: { bytes: 0 } })
  }
})

test('an account that is over its plan is moved all the same, and takes nothing more', async () => {
  const who = await memberWithPlan(server, admin, 'over', { storageBytes: 50_000 })
  await planned(who, 'over')
  expect((await who.upload(pattern(40_000, 11))).status).toBe(201)
  await send(admin, 'PUT', '/api/v1/admin/plans/over', { name: 'Plan over', storageBytes: 1_000 })
  await using folder = await temporaryFolder()
  await runCommand(['export', join(folder.path, 'out')], server.env)
  const env = { ...server.env, THOLE_ADMIN_EMAIL: '', THOLE_ADMIN_PASSWORD: '', THOLE_PORT: '0', THOLE_DATA: join(folder.path, 'there') }
  await runCommand(['import', join(folder.path, 'out')], env)
  await using there = new AsyncDisposableStack()
  const other = there.adopt(await startServer(env), (it) => it.stop())
  const moved = client(other.url, who.key)
  expect(await usageOf(moved)).toMatchObject({ bytes: 40_000, plan: { id: 'over', storageBytes: 1_000 } })
  expect((await moved.upload(pattern(10, 12))).status).toBe(413)
  expect((await moved.json('/api/v1/uploads')).body.count).toBe(1)
})

test('thole import brings what there is room for, says why it stops, and leaves nothing half', async () => {
  const who = await memberWithPlan(server, admin, 'importer', { storageBytes: 100_000 })
  await planned(who, 'importer')
  const blocks = Array.from({ length: 5 }, (_, i) => rawBlock(pattern(30_000, 20 + i)))
  await using folder = await temporaryFolder(Object.fromEntries(blocks.map((block, i) => [`${i}.car`, car([block.cid], [block])])))
  await using thole = await tholeHome({ THOLE_URL: server.url, THOLE_KEY: who.key })
  const { code, err } = await thole.run(['import', 'cars', folder.path])
  expect(code).not.toBe(0)
  expect(err).toMatch(/Plan importer has room for/)
  await expect.poll(async () => (await usageOf(who)).reserved).toEqual({ bytes: 0, blocks: 0 })
  const { bytes, dags, uploads, inFlightPins } = await usageOf(who)
  expect({ bytes, uploads, inFlightPins }).toEqual({ bytes: dags * 30_000, uploads: 0, inFlightPins: 0 })
  expect(bytes).toBeLessThanOrEqual(100_000)
  // With room, the same command brings the rest.
  await send(admin, 'PUT', '/api/v1/admin/plans/importer', { name: 'Plan importer', storageBytes: 200_000 })
  await expect.poll(async () => (await who.json('/api/v1/usage')).body.plan.storageBytes).toBe(200_000)
  expect((await thole.run(['import', 'cars', folder.path])).code).toBe(0)
  expect(await usageOf(who)).toMatchObject({ bytes: 150_000, dags: 5, uploads: 0 })
})
