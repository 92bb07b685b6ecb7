import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { recipeOf } from '../tenants/recipes/index.ts'
import { startTenantServer, type TenantServer } from '../tenants/server.ts'
import { shown, type Way } from '../tenants/ways.ts'
import { makeWorld, type Credentials, type World } from '../tenants/world.ts'

let server: TenantServer
let world: World
beforeAll(async () => {
  const marks = { row: 'zq11111111row', content: 'zq11111111content' }
  server = await startTenantServer({ admin: 'admin@example.org', patron: `${marks.row}-owner@example.org` })
  world = await makeWorld(server, marks, 4)
})
afterAll(async () => {
  world?.api.close()
  await server?.[Symbol.asyncDispose]()
})

/** Where bytes go on as they come, up to limits of their own. */
const streams = /\/(uploads?|car|store|web|v1|metaplex\/upload)$/

/** What is said to a body that goes on for ever. undefined: nothing, and it was read on. */
function answerTo(way: Way, credentials: Credentials): Promise<number | undefined> {
  const path = `${way.prefix}${way.path}`.replace(/:\w+|\*/g, crypto.randomUUID())
  return new Promise((resolve, reject) => {
    const sent = request(server.url + path, { method: way.method, headers: { ...credentials, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json', 'transfer-encoding': 'chunked' } })
    let written = 0
    let answered = false
    const write = () => {
      while (!answered && written < most) {
        written += slab.length
        if (!sent.write(slab)) return void sent.once('drain', write)
      }
      if (!answered) resolve(undefined)
      sent.destroy()
    }
    sent.on('response', ({ statusCode }) => {
      answered = true
      resolve(statusCode)
      sent.destroy()
    })
    sent.on('error', (error: NodeJS.ErrnoException) => (answered || error.code === 'EPIPE' || error.code === 'ECONNRESET' ? resolve(0) : reject(error)))
    write()
  })
}

const slab = Buffer.alloc(256 << 10, ' ')
/** Far more than any limit of a JSON body, and than what waits in sockets. */
const most = 64 << 20

test('no route reads a JSON body without end, whoever sends it', async () => {
  const ways = server.ways.filter((way) => ['POST', 'PUT', 'PATCH'].includes(way.method) && !streams.test(way.path))
  expect(ways.length).toBeGreaterThan(30)
  for (const way of ways) {
    const { session } = recipeOf(way)!
    for (const who of session === 'only' ? [world.stranger.session] : [world.stranger.key, world.admin.key]) {
      expect([shown(way), await answerTo(way, who)]).toEqual([shown(way), expect.toSatisfy((status?: number) => status !== undefined && status < 500)])
    }
  }
}, 60_000)
