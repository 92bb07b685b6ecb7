import { afterAll, beforeAll, expect, test } from 'vitest'
import { recipeOf } from '../tenants/recipes/index.ts'
import { jsonOf, type Ask } from '../tenants/ask.ts'
import { startTenantServer, type TenantServer } from '../tenants/server.ts'
import { shown, type Way } from '../tenants/ways.ts'
import { makeWorld, type World } from '../tenants/world.ts'

let server: TenantServer
let world: World
beforeAll(async () => {
  const marks = { row: 'zq00000000row', content: 'zq00000000content' }
  server = await startTenantServer({ admin: 'admin@example.org', patron: `${marks.row}-owner@example.org` })
  world = await makeWorld(server, marks, 4)
})
afterAll(async () => {
  world?.api.close()
  await server?.[Symbol.asyncDispose]()
})

const changing = ['POST', 'PUT', 'PATCH', 'DELETE']

/** From where a browser that is signed in may be sent here. */
const strangers: Record<string, string>[] = [
  { origin: 'http://bafkqaaa.ipfs.localhost', 'sec-fetch-site': 'same-site' },
  { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' },
  { origin: 'null', 'sec-fetch-site': 'cross-site' },
  { origin: 'http://localhost.evil.test' },
  { referer: 'http://evil.test/' },
  { 'sec-fetch-site': 'none' },
  {},
]

/** What a form or a script can send without asking first (https://fetch.spec.whatwg.org/#cors-safelisted-request-header). */
const bodies = [
  { 'content-type': 'text/plain' },
  { 'content-type': 'application/x-www-form-urlencoded' },
  { 'content-type': 'multipart/form-data; boundary=b' },
  { 'content-type': 'application/json' },
] as Record<string, string>[]

/** What only signed-in people may do, and what signs them in and out; keys and signatures are in no cookie. */
const isForPeople = (way: Way) => changing.includes(way.method) && (way.door === 'api' || recipeOf(way)?.session !== undefined)

async function state(): Promise<unknown[]> {
  const session = { ...world.admin.session }
  const paths = ['/api/v1/session', '/api/v1/uploads', '/api/v1/pins', '/api/v1/keys']
  return Promise.all(paths.map(async (path) => jsonOf(await world.api.ask({ method: 'GET', path }, session))))
}

test('no page of somebody else changes anything by any route with the session of who looks at it', async () => {
  const ways = server.ways.filter(isForPeople)
  expect(ways.length).toBeGreaterThan(10)
  const before = await state()
  const { cookie } = world.admin.session
  for (const way of ways) {
    const path = `${way.prefix}${way.path}`.replace(/:\w+|\*/g, crypto.randomUUID())
    for (const from of strangers) {
      for (const type of bodies) {
        const ask: Ask = { method: way.method, path, headers: { ...type, ...from, cookie: cookie! }, body: '{"name":"forged","email":"a@example.org","password":"a long password"}' }
        const { status, cookies } = await world.api.ask(ask)
        expect([shown(way), from, status, cookies]).toEqual([shown(way), from, expect.toSatisfy((one: number) => one === 401 || one === 403), []])
      }
    }
  }
  expect(await state()).toEqual(before)
})

test('what reads changes nothing', async () => {
  const before = await state()
  for (const way of server.ways.filter(({ method, door }) => method === 'GET' && door === 'api')) {
    const path = `${way.prefix}${way.path}`.replace(/:\w+|\*/g, crypto.randomUUID())
    for (const method of ['GET', 'HEAD']) await world.api.ask({ method, path: `${path}?name=forged&method=DELETE`, headers: { cookie: world.admin.session.cookie!, ...strangers[1] } })
  }
  expect(await state()).toEqual(before)
})
