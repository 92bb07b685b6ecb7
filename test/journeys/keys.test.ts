import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { client, eventually } from '../support/api.ts'
import { runCommand, startServer, tholed, type TestServer } from '../support/server.ts'

let server: TestServer
let owner: ReturnType<typeof client>

beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none', THOLE_FAILED_SIGN_INS: '0' })
  owner = client(server.url, await server.createKey())
})
afterAll(() => server?.stop())

const make = async (wish: object) => (await owner.post('/api/v1/keys', wish)).body as { id: string; key: string; scopes: string[]; tail: string }
const status = async (key: string) => (await client(server.url, key).json('/psa/pins')).status

test('a key is made by service group, shown once, listed by its last six characters, and revoked before the answer', async () => {
  const expires = new Date(Date.now() + 3_600_000).toISOString()
  const made = await make({ name: 'kubo', groups: ['pinning'], expires })
  expect(made).toMatchObject({ name: 'kubo', scopes: ['pins:read', 'pins:write'], groups: ['pinning'], expires, tail: made.key.slice(-6) })
  expect(await status(made.key)).toBe(200)
  expect((await client(server.url, made.key).upload('not its group')).status).toBe(403)
  const listed = async () => ((await owner.json('/api/v1/keys')).body.keys as { id: string; lastUsed?: string }[]).find(({ id }) => id === made.id)
  await eventually(listed, (key) => key?.lastUsed !== undefined)
  expect(JSON.stringify((await owner.json('/api/v1/keys')).body)).not.toContain(made.key)
  expect((await owner.json(`/api/v1/keys/${made.id}`, { method: 'DELETE' })).status).toBe(204)
  expect(await status(made.key)).toBe(401)
  expect(await listed()).toBeUndefined()
})

test('a key that ends is refused from then on', async () => {
  const { key } = await make({ name: 'short', expires: new Date(Date.now() + 1_000).toISOString() })
  expect(await status(key)).toBe(200)
  expect(await eventually(() => status(key), (now) => now !== 200)).toBe(401)
})

test('a key makes none that may more or lasts longer', async () => {
  const maker = client(server.url, (await make({ name: 'maker', scopes: ['account', 'upload'], expires: '2099-01-01T00:00:00Z' })).key)
  const wish = (more: object) => maker.post('/api/v1/keys', { name: 'k', scopes: ['upload'], ...more })
  expect((await wish({ scopes: ['pins:read'] })).status).toBe(403)
  expect((await wish({ groups: ['pinning'] })).status).toBe(403)
  expect((await wish({ expires: '2099-01-01T00:00:01Z' })).status).toBe(400)
  expect((await wish({})).body).toMatchObject({ expires: '2099-01-01T00:00:00.000Z' })
  expect((await wish({ expires: 'tomorrow' })).status).toBe(400)
})

test('many are listed a page at a time', async () => {
  for (let i = 0; i < 5; i++) await make({ name: `many ${i}` })
  const { count, keys } = (await owner.json('/api/v1/keys?limit=2')).body
  expect(keys).toHaveLength(2)
  const rest = (await owner.json(`/api/v1/keys?after=${keys[1].id}`)).body.keys
  expect([...keys, ...rest].map(({ name }: { name: string }) => name).slice(0, 5)).toEqual([4, 3, 2, 1, 0].map((i) => `many ${i}`))
  expect(count).toBe(2 + rest.length)
})

test('others verify a key with what this server publishes, at the dashboard’s host alone', async () => {
  const { key, id } = await make({ name: 'third party', groups: ['upload', 'gateway'], expires: '2099-01-01T00:00:00Z' })
  const keySet = createRemoteJWKSet(new URL(`${server.url}/.well-known/jwks.json`))
  const { payload, protectedHeader } = await jwtVerify(key, keySet, { issuer: 'thole', algorithms: ['EdDSA'] })
  expect(payload).toMatchObject({ jti: id, scope: 'upload gateway', groups: ['upload', 'gateway'], exp: Date.parse('2099-01-01T00:00:00Z') / 1000 })
  expect(payload.sub).toBeTypeOf('string')
  expect(payload.iat).toBeTypeOf('number')
  const published = await fetch(`${server.url}/.well-known/jwks.json`)
  expect(published.headers.get('cache-control')).toMatch(/public, max-age=\d+/)
  const { keys } = (await published.json()) as { keys: object[] }
  expect(keys).toEqual([{ kty: 'OKP', crv: 'Ed25519', x: expect.any(String), kid: protectedHeader.kid, alg: 'EdDSA', use: 'sig' }])
  await expect(jwtVerify(`${key.slice(0, -4)}AAAA`, keySet)).rejects.toThrow()
  for (const host of ['web3.localhost', 'nft.localhost', 'bafkqaaa.ipfs.localhost']) expect(await typeAt(host)).not.toContain('jwk-set')
  expect(await typeAt('localhost')).toContain('jwk-set')
})

/** What is published under another name of this server; fetch sends no Host of one's own. */
async function typeAt(host: string): Promise<string | undefined> {
  const [answer] = (await once(get(`${server.url}/.well-known/jwks.json`, { headers: { host } }), 'response')) as [IncomingMessage]
  answer.resume()
  return answer.headers['content-type']
}

test('the command line makes keys that end, lists them and revokes them', async () => {
  const key = (await runCommand(['keys', 'create', '--account', 'cli@example.org', '--name', 'nightly "build"', '--scopes', 'pins:read', '--expires', '90d'], server.env)).trim()
  expect(await status(key)).toBe(200)
  const list = async () => runCommand(['keys', 'list', '--account', 'cli@example.org'], server.env)
  const line = await list()
  expect(line).toMatch(new RegExp(`^[\\da-f-]{36}  …${key.slice(-6)}  "nightly \\\\"build\\\\""  pins:read  made .*, ends 20..-..-..T..:.., `))
  await runCommand(['keys', 'revoke', line.slice(0, 36)], server.env)
  expect(await eventually(() => status(key), (now) => now !== 200, 1_500)).toBe(401)
  expect(await list()).toBe('')
  for (const wrong of [['--expires', 'soon'], ['--expires', '2001-01-01']]) {
    const { code, err } = await tholed(['keys', 'create', '--account', 'cli@example.org', '--name', 'k', ...wrong], server.env)
    expect([code, err]).toEqual([1, expect.stringMatching(/soon|in the future/)])
  }
  expect((await tholed(['keys', 'revoke', 'nothing'], server.env)).code).toBe(1)
})
