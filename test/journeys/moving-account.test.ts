import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { readCar } from '@thole/dag'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { client, pattern } from '../support/api.ts'
import { temporaryFolder } from '../support/folder.ts'
import { fill, type Belongings } from '../support/moving.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let belongings: Belongings

beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none' })
  belongings = await fill(server)
})
afterAll(() => server?.stop())

/** The files of an account's export, by their names below its folder. */
async function take(key: string): Promise<Map<string, Buffer>> {
  await using folder = await temporaryFolder()
  const answer = await client(server.url, key).call('/api/v1/account/export')
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/x-tar'])
  await writeFile(join(folder.path, 'all.tar'), new Uint8Array(await answer.arrayBuffer()))
  await mkdir(join(folder.path, 'out'))
  await promisify(execFile)('tar', ['-xf', join(folder.path, 'all.tar'), '-C', join(folder.path, 'out')])
  const top = join(folder.path, 'out', (await readdir(join(folder.path, 'out')))[0]!)
  const names = (await readdir(top, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return new Map(await Promise.all(names.map(async (name) => [name.slice(top.length + 1), await readFile(name)] as const)))
}

const lines = (text: Buffer | undefined) => String(text).trim().split('\n').map((line) => JSON.parse(line))

async function cidsIn(files: Map<string, Buffer>): Promise<Set<string>> {
  const cids = new Set<string>()
  for (const [name, bytes] of files) {
    if (!name.endsWith('.car')) continue
    const { roots, blocks } = await readCar((async function* () { yield bytes })())
    expect(roots.length).toBeGreaterThan(0)
    for await (const { cid } of blocks) cids.add(cid.toString())
  }
  return cids
}

test('a person takes what is theirs: uploads, pins, keys without secrets, and content that checks', async () => {
  const files = await take(belongings.key)
  expect([...files.keys()].toSorted()).toEqual(['account.json', 'dags/000001.car', 'keys.ndjson', 'manifest.json', 'partial/000001.car', 'pins.ndjson', 'uploads.ndjson'])
  expect(JSON.parse(String(files.get('account.json')))).toMatchObject({ email: server.admin.email })
  expect(lines(files.get('uploads.ndjson'))).toHaveLength(4)
  expect(lines(files.get('pins.ndjson')).find(({ pin }) => pin.cid === belongings.file)).toMatchObject({ status: 'pinned', pin: { name: 'file 🚢' } })
  expect(lines(files.get('keys.ndjson'))).toMatchObject([{ name: 'test' }])
  const all = [...files.values()].map((bytes) => bytes.toString('latin1')).join('\n')
  for (const secret of [belongings.key, server.admin.password, 'other@example.org', '"hash"']) expect(all).not.toContain(secret)
  const cids = await cidsIn(files)
  for (const cid of [belongings.file, belongings.folder, belongings.torn, belongings.unpinned]) expect(cids).toContain(cid)
})

test('another account has its own, and what is theirs alone stays theirs', async () => {
  const files = await take(belongings.other)
  expect(lines(files.get('pins.ndjson'))).toHaveLength(2)
  const cids = await cidsIn(files)
  expect(cids).toContain(belongings.file)
  for (const cid of [belongings.folder, belongings.unpinned]) expect(cids).not.toContain(cid)
})

test('large content goes in files of bounded size', async () => {
  const key = await server.createKey(undefined, 'large@example.org')
  const { body } = await client(server.url, key).upload(pattern(40_000_000, 5))
  const files = await take(key)
  const cars = [...files].filter(([name]) => name.endsWith('.car'))
  expect(cars.length).toBeGreaterThan(2)
  for (const [, bytes] of cars) expect(bytes.length).toBeLessThanOrEqual(16 << 20)
  expect(await cidsIn(files)).toContain(body.roots[0].cid)
})

test('one at a time, with the scope for it', async () => {
  const narrow = client(server.url, await server.createKey(['upload']))
  expect((await narrow.json('/api/v1/account/export')).status).toBe(403)
  expect((await narrow.call('/api/v1/account/export', { method: 'HEAD' })).status).toBe(403)
  const api = client(server.url, await server.createKey(undefined, 'large@example.org'))
  const first = await api.call('/api/v1/account/export')
  const second = await api.json('/api/v1/account/export')
  expect([second.status, second.headers.has('retry-after')]).toEqual([429, true])
  // The headers alone, for which nothing is made.
  const head = await api.call('/api/v1/account/export', { method: 'HEAD' })
  expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([200, 'application/x-tar', ''])
  await first.body!.cancel()
  expect((await fetch(`${server.url}/api/v1/account/export`)).status).toBe(401)
})
