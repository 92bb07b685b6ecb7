import { afterAll, beforeAll, expect, test } from 'vitest'
import { client, eventually, pattern, rawBlock } from '../support/api.ts'
import { testDatabase } from '../support/database.ts'
import { startServer, type TestServer } from '../support/server.ts'

let database: Awaited<ReturnType<typeof testDatabase>>
let server: TestServer

beforeAll(async () => {
  database = await testDatabase()
  server = await startServer({ THOLE_DATABASE_URL: database.url, THOLE_FETCH_DEADLINE: '2' })
})
afterAll(async () => {
  await server?.stop()
  await database?.drop()
})

test('the same house on PostgreSQL: key, upload, pin, wait, fail, restart', async () => {
  const api = client(server.url, await server.createKey())
  const { status, body } = await api.upload(pattern(2_200_000), '/api/v1/uploads?name=kept')
  expect(status).toBe(201)
  const cid = body.roots[0].cid
  expect((await api.post('/psa/pins', { cid, meta: { a: 'b' } })).body.status).toBe('pinned')
  const { body: waits } = await api.post('/psa/pins', { cid: rawBlock(Buffer.from('not here')).cid.toString() })
  await eventually(async () => (await api.json(`/psa/pins/${waits.requestid}`)).body, (pin) => pin.status === 'failed')
  await server.killAndRestart()
  expect((await api.json(`/psa/pins?cid=${cid}`)).body.count).toBe(2)
  expect((await api.json('/psa/pins?meta[a]=b')).body.count).toBe(1)
  expect((await api.json(`/api/v1/dags/${cid}`)).body).toMatchObject({ state: 'complete', blocks: 4 })
  expect(new Uint8Array(await (await fetch(`${server.url}/ipfs/${cid}`)).arrayBuffer())).toEqual(pattern(2_200_000))
  const signedIn = await fetch(`${server.url}/api/v1/session`, { method: 'POST', body: JSON.stringify(server.admin), headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' } })
  expect(signedIn.status).toBe(200)
})
