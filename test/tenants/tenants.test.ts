import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asker } from './ask.ts'
import { fuzzTenants } from './fuzz.ts'
import { startLeaky, type Bug } from './leaky.ts'
import { recipes } from './recipes/index.ts'
import { startTenantServer, type TenantServer } from './server.ts'
import { nameOf, type Way } from './ways.ts'
import { makeWorld, type World } from './world.ts'

const marks = { row: 'zq0a1b2crow', content: 'zq0a1b2ccontent' }
const options = { requests: 3_000, connections: 8, seed: 'tests' }
let server: TenantServer
let world: World

beforeAll(async () => {
  server = await startTenantServer({ admin: 'admin@example.org', patron: `${marks.row}-owner@example.org` })
  world = await makeWorld(server, marks, options.connections)
})
afterAll(async () => {
  world?.api.close()
  await server?.[Symbol.asyncDispose]()
})

test('no way tells anybody of what others have', async () => {
  const result = await fuzzTenants({ ...options, world, ways: server.ways })
  expect(result.leaks).toEqual([])
  expect(result.requests).toBeGreaterThanOrEqual(options.requests)
  expect(result.cases).toBeGreaterThan(server.ways.length)
})

test('every recipe is for a way that is there', () => {
  const known = new Set(server.ways.map(nameOf))
  expect(Object.keys(recipes).filter((name) => !known.has(name))).toEqual([])
})

test('a route that nobody has said anything of is a fault', async () => {
  const secret: Way = { door: 'api', prefix: '/api/v1', method: 'GET', path: '/secrets/:id' }
  const { leaks } = await fuzzTenants({ ...options, world, ways: [...server.ways, secret] })
  expect(leaks).toEqual(['route GET /api/v1/secrets/:id (api) has no recipe'])
})

describe('a bug is found where', () => {
  const asOwner: Bug['headers'] = (headers) => ({ ...headers, ...(headers.authorization !== undefined && world.owner.key) })
  const bugs: [what: string, way: string, bug: Bug, found: RegExp][] = [
    ['a row is given to whoever knows its id', 'psa GET /pins/:requestid', { headers: asOwner }, /tells what is written in a row of the owner/],
    ['a list forgets whose it is', 'api GET /uploads', { headers: asOwner }, /tells (what is written in a row|of [\da-f-]{36}, which is the owner's)/],
    ['a list counts the rows of all', 'psa GET /pins', { answer: (_method, _headers, { status, text }) => (status === 200 ? { text: text.replace(/"count":\d+/, '"count":12345') } : undefined) }, /counts 12345 rows of/],
    ['a scope is not looked at', 'psa GET /pins', { headers: (headers) => ({ ...headers, ...(headers.authorization === world.without['pins:read'].authorization && world.owner.key) }) }, /without pins:read was not refused|without pins:read tells/],
    ['a header has the mail of the owner', 'root GET /routing/v1/providers/:cid', { answer: () => ({ headers: { 'x-account': `${marks.row}-owner@example.org` } }) }, /tells what is written in a row of the owner/],
    ['a row goes though it was refused', 'api DELETE /pins/:id', { headers: asOwner, answer: (method, { authorization, cookie }) => (method === 'DELETE' && authorization !== world.owner.key.authorization && cookie !== world.owner.session.cookie ? { status: 404, text: '' } : undefined) }, /after DELETE .* the owner asks for/],
    ['what takes all other methods answers', 'psa ALL /pins', { answer: () => ({ status: 200, text: '{}' }) }, /was answered with 200/],
    ['a dialect forgets whose a CID is', 'nft GET /:cid', { headers: asOwner }, /tells what is written in a row of the owner/],
  ]

  test.each(bugs)('%s', async (_what, name, bug, found) => {
    await using leaky = await startLeaky(server.url, bug)
    const api = asker(leaky.url, options.connections)
    const { leaks } = await fuzzTenants({ ...options, requests: 300, world: { ...world, api }, ways: server.ways.filter((way) => nameOf(way) === name) })
    api.close()
    expect(leaks.join('\n')).toMatch(found)
    expect(leaks[0]).toContain('again: npm run fuzz:tenants -- --seed tests --only ')
  })
})
