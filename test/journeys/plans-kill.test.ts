import { request } from 'node:http'
import { expect, test } from 'vitest'
import { client, pattern } from '../support/api.ts'
import { testDatabase } from '../support/database.ts'
import { startServer } from '../support/server.ts'

/** Begins an upload of that many bytes, and sends no more than a part of it. */
function hang(url: string, key: string, length: number): void {
  const asked = request(`${url}/api/v1/uploads`, { method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/octet-stream', 'content-length': length } })
  asked.on('error', () => {})
  asked.write(pattern(length / 10))
}

test.each(['SQLite', 'PostgreSQL'])('room of an upload in the middle of which a server is killed is free again (%s)', async (kind) => {
  await using after = new AsyncDisposableStack()
  const database = kind === 'PostgreSQL' ? after.adopt(await testDatabase(), (it) => it.drop()) : undefined
  const server = after.adopt(await startServer({ THOLE_NETWORK: 'none', ...(database && { THOLE_DATABASE_URL: database.url }) }), (it) => it.stop())
  const admin = client(server.url, await server.createKey(['account', 'admin']))
  const change = (path: string, method: string, body: unknown) => admin.json(`/api/v1/admin/${path}`, { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
  const key = await server.createKey(undefined, 'small@example.org')
  await change('plans/small', 'PUT', { name: 'Small', storageBytes: 1_000_000 })
  const [account] = (await admin.json('/api/v1/admin/accounts?search=small@')).body.accounts
  await change(`accounts/${account.id}`, 'PATCH', { plan: 'small' })
  const who = client(server.url, key)
  const reserved = async () => (await who.json('/api/v1/usage')).body.reserved.bytes as number
  await expect.poll(async () => (await who.json('/api/v1/usage')).body.plan?.id).toBe('small')
  hang(server.url, key, 900_000)
  await expect.poll(reserved).toBe(900_000)
  expect((await who.upload(pattern(500_000, 1))).status).toBe(413)
  await server.killAndRestart()
  // Other processes may be there, so that the lease has to run out.
  await expect.poll(reserved, { timeout: 50_000, interval: 500 }).toBe(0)
  expect((await client(server.url, key).upload(pattern(900_000, 2))).status).toBe(201)
}, 90_000)
