import { readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readCar, type Block } from '@thole/dag'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { car, client, form, pattern, type Client } from '../support/api.ts'
import { fileInBlocks } from '../support/file-in-blocks.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { tholeHome, type Thole } from '../support/thole.ts'
import { startValve } from '../support/valve.ts'

let server: TestServer
let api: Client
let thole: Thole
let key: string

beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none' })
  key = await server.createKey()
  api = client(server.url, key)
  thole = await tholeHome({ THOLE_URL: server.url, THOLE_KEY: key })
})
afterAll(async () => {
  await thole?.[Symbol.asyncDispose]()
  await server?.stop()
})

const MiB = 2 ** 20

async function blocksOf(file: string): Promise<{ roots: string[]; blocks: Block[] }> {
  const bytes = await readFile(file)
  const { roots, blocks } = await readCar((async function* () { yield bytes })())
  return { roots: roots.map(String), blocks: await Array.fromAsync(blocks) }
}

async function put(body: BodyInit, name: string): Promise<string> {
  const { body: sent } = await api.upload(body, `/api/v1/uploads?name=${name}`)
  return sent.roots[0].cid
}

test('export takes the lists and every DAG, checked; again it takes only what was added', async () => {
  const file = await put(pattern(5 * MiB, 1), 'file')
  const folder = await put(form({ 'a.txt': 'A', 'deep/b.txt': 'B' }), 'folder')
  const to = join(thole.home, 'backup')

  const [first] = await thole.json(['export', to])
  expect(first).toMatchObject({ uploads: 2, pins: 2, dags: 2, failed: [] })
  expect((await stat(to)).mode & 0o777).toBe(0o700)
  for (const cid of [file, folder]) {
    const { roots, blocks } = await blocksOf(join(to, 'dags', `${cid}.car`))
    const { body: known } = await api.json(`/api/v1/dags/${cid}`)
    expect([roots, blocks.length]).toEqual([[cid], known.blocks])
  }
  const lines = (await readFile(join(to, 'uploads.ndjson'), 'utf8')).trim().split('\n').map((line) => JSON.parse(line))
  expect(lines.map(({ name }) => name)).toEqual(['folder', 'file'])

  const added = await put('added', 'added')
  const [second] = await thole.json(['export', to])
  expect(second).toMatchObject({ uploads: 3, dags: 3 })
  expect(second.bytes).toBeLessThan(1000)
  expect((await readdir(join(to, 'dags'))).sort()).toEqual([file, folder, added].map((cid) => `${cid}.car`).sort())
})

test('get --car writes the blocks of a path; what was cut off goes on, and what was changed on the disk is fetched anew', async () => {
  const cid = await put(form({ 'big.bin': pattern(8 * MiB, 2), 'small.txt': 'small' }), 'tree')
  const whole = join(thole.home, 'whole.car')
  await thole.json(['get', '--car', '-o', whole, cid])
  const bytes = await readFile(whole)
  expect((await blocksOf(whole)).roots).toEqual([cid])

  const again = join(thole.home, 'again.car')
  const part = `${again}.${cid}.part`
  await writeFile(part, bytes)
  await truncate(part, 6 * MiB)
  const valve = await startValve(Number(new URL(server.url).port))
  void valve.letThrough(Infinity)
  await thole.json(['get', '--car', '-o', again, cid, '--url', `http://127.0.0.1:${valve.port}`])
  expect(Buffer.compare(await readFile(again), bytes)).toBe(0)
  expect(valve.passed()).toBeLessThan(4 * MiB)
  await valve.close()

  await rm(again)
  const changed = Buffer.from(bytes)
  changed[3 * MiB]! ^= 1
  await writeFile(part, changed)
  await thole.json(['get', '--car', '-o', again, cid])
  expect(Buffer.compare(await readFile(again), bytes)).toBe(0)

  const { body: inner } = await api.upload(pattern(8 * MiB, 2))
  const [below] = await thole.json(['get', '--car', `${cid}/big.bin`, '-o', join(thole.home, 'below.car')])
  expect(below.cid).toBe(inner.roots[0].cid)
  const { out, code } = await thole.run(['get', '--car', '-o', '-', await put('short', 'short')])
  expect([code, out.includes('short')]).toEqual([0, true])
})

test('a DAG that lacks a block is told, and the others are taken', async () => {
  const other = client(server.url, await server.createKey(undefined, 'other@example.org'))
  await using person = await tholeHome({ THOLE_URL: server.url, THOLE_KEY: await server.createKey(undefined, 'other@example.org') })
  const { root: torn, leaves } = await fileInBlocks(pattern(2000, 3), 1000)
  await other.upload(car([torn.cid], [torn, leaves[0]!]) as BodyInit, '/api/v1/uploads', 'application/vnd.ipld.car')
  await other.upload('whole')
  const { code, err } = await person.run(['export', 'backup'])
  expect(code).toBe(1)
  expect(err).toContain(`${torn.cid} could not be had: `)
  const dags = await readdir(join(person.home, 'backup/dags'))
  expect(dags.filter((name) => name.endsWith('.car'))).toHaveLength(1)
})

test('pin ls and rm find by CID', async () => {
  const cid = await put('to be found', 'found')
  const { body } = await api.json(`/api/v1/pins?cid=${cid}`)
  expect(body.pins.map((pin: { cid: string }) => pin.cid)).toEqual([cid])
  expect(body.count).toBe(1)
  expect((await api.json('/api/v1/pins?cid=nonsense')).status).toBe(400)
  expect(await thole.json(['pin', 'ls', cid])).toHaveLength(1)
  await thole.json(['rm', cid])
  expect((await thole.run(['pin', 'ls', cid])).code).toBe(3)
})
