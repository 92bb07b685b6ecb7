import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { client, rawBlock, type Client } from '../support/api.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let uploader: Client
beforeAll(async () => {
  server = await startServer()
  uploader = client(server.url, await server.createKey(['upload']))
})
afterAll(() => server?.stop())

const path = '/api/v1/blocks/missing'
const named = () => String(rawBlock(randomBytes(10)).cid)

it('says which blocks are to be sent, in the order of the question', async () => {
  const bytes = randomBytes(100)
  const { body } = await uploader.upload(bytes)
  const here = body.roots[0].cid as string
  const [one, other] = [named(), named()]
  expect(await uploader.post(path, { cids: [other, here, 'bafkqaaa', one, other] })).toMatchObject({ status: 200, body: { missing: [other, one, other] } })
  expect(await uploader.post(path, { cids: [] })).toMatchObject({ status: 200, body: { missing: [] } })
})

it('answers for a thousand, to a key that may upload', async () => {
  const cids = Array.from({ length: 1000 }, named)
  expect((await uploader.post(path, { cids })).body.missing).toEqual(cids)
  expect(await uploader.post(path, { cids: [...cids, named()] })).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } })
  expect(await uploader.post(path, { cids: ['nonsense'] })).toMatchObject({ status: 400, body: { code: 'INVALID_CID' } })
  expect(await uploader.post(path, { cids: [`z${'2'.repeat(504)}`] })).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } })
  expect(await uploader.post(path, {})).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } })
  expect(await client(server.url, await server.createKey(['pins:read'])).post(path, { cids })).toMatchObject({ status: 403, body: { code: 'SCOPE_MISSING' } })
  expect(await client(server.url, 'wrong').post(path, { cids })).toMatchObject({ status: 401 })
})

it('lets pages of other origins call, with a key', async () => {
  const asked = await fetch(server.url + path, { method: 'OPTIONS', headers: { origin: 'http://elsewhere.example', 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type' } })
  expect(asked.headers.get('access-control-allow-origin')).toBe('*')
  expect(asked.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('authorization')
  expect(asked.headers.get('access-control-allow-credentials')).toBeNull()
})
