import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { client, eventually } from '../support/api.ts'
import { testDatabase } from '../support/database.ts'
import { startServer } from '../support/server.ts'

/** A way to a database that can be cut. */
async function startRelay(target: URL) {
  const sockets = new Set<Socket>()
  const relay = createServer((near) => {
    const far = connect(Number(target.port), target.hostname)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => {})
    }
    near.pipe(far).pipe(near)
  })
  relay.listen(0, '127.0.0.1')
  await once(relay, 'listening')
  const url = new URL(target)
  url.hostname = '127.0.0.1'
  url.port = String((relay.address() as AddressInfo).port)
  return {
    url: url.href,
    cut() {
      relay.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

test('a server that is cut off from its database believes a key for five seconds, then answers 503 and never 401', async () => {
  const database = await testDatabase()
  const relay = await startRelay(new URL(database.url))
  const server = await startServer({ THOLE_NETWORK: 'none', THOLE_DATABASE_URL: relay.url, THOLE_LOG: 'silent' })
  try {
    const api = client(server.url, await server.createKey())
    // Refused by its form, which takes a key and no look into the database.
    const status = async () => (await api.json('/psa/pins/no-id')).status
    expect(await status()).toBe(404)
    relay.cut()
    expect(await status()).toBe(404)
    const seen = new Set<number>()
    await eventually(async () => (seen.add(await status()), seen), (all) => all.has(503))
    expect([...seen]).toEqual([404, 503])
  } finally {
    await server.stop()
    await database.drop()
  }
})
