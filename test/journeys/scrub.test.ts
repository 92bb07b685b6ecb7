import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { client, eventually, pattern, type Client } from '../support/api.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let api: Client

beforeAll(async () => {
  server = await startServer({ THOLE_LOG: 'silent' })
  api = client(server.url, await server.createKey(['pins:read', 'pins:write', 'upload', 'admin']))
})
afterAll(() => server?.stop())

/** Flips a bit of these bytes wherever a segment has them. */
async function damage({ dataFolder }: TestServer, bytes: Uint8Array): Promise<void> {
  const folder = join(dataFolder, 'blocks')
  let found = 0
  for (const name of await readdir(folder, { recursive: true })) {
    if (!name.endsWith('.car')) continue
    const segment = await readFile(join(folder, name))
    for (let at = segment.indexOf(bytes); at >= 0; at = segment.indexOf(bytes, at + 1)) {
      segment[at + 100]! ^= 1
      found++
    }
    await writeFile(join(folder, name), segment, { flag: 'r+' })
  }
  expect(found).toBeGreaterThan(0)
}

const pinOf = async (cid: string) => (await api.json(`/psa/pins?cid=${cid}`)).body.results[0]
const dagOf = async (cid: string) => (await api.json(`/api/v1/dags/${cid}`)).body
const get = (cid: string, range?: string) => fetch(`${server.url}/ipfs/${cid}`, { headers: range ? { range } : {} })

/** What of an answer arrives, and whether it came to its end. */
async function received(response: Response): Promise<{ bytes: Buffer; whole: boolean }> {
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of response.body!) chunks.push(chunk)
    return { bytes: Buffer.concat(chunks), whole: true }
  } catch {
    return { bytes: Buffer.concat(chunks), whole: false }
  }
}

test('a flipped bit: 500 and never wrong bytes, the pin stays and says what is damaged; uploading again heals', async () => {
  const bytes = pattern(3 * 2 ** 20, 71)
  const { body } = await api.upload(bytes, '/api/v1/uploads?name=precious')
  const { cid } = body.roots[0]
  const mebibyte = 2 ** 20
  await damage(server, bytes.subarray(mebibyte, 2 * mebibyte))
  await server.killAndRestart()

  expect((await get(cid, `bytes=${mebibyte}-${mebibyte + 9}`)).status).toBe(500)
  const whole = await get(cid)
  const got = await received(whole)
  expect([whole.status === 500 || !got.whole, got.whole && whole.status === 200]).toEqual([true, false])
  if (whole.status === 200) expect(Buffer.compare(got.bytes, bytes.subarray(0, got.bytes.length))).toBe(0)
  const car = await fetch(`${server.url}/ipfs/${cid}?format=car`)
  expect((await received(car)).whole && car.status === 200).toBe(false)

  const pin = await eventually(() => pinOf(cid), ({ info }) => /damaged/i.test(info.status_details ?? ''))
  expect(pin.status).toBe('pinned')
  expect(pin.info.status_details).toMatch(/1 block .*upload/i)
  const dag = await dagOf(cid)
  expect(dag).toMatchObject({ state: 'complete', damaged: { blocks: 1, first: [{ path: '1' }], since: expect.any(String), repair: expect.stringMatching(/nobody to ask|upload/i) } })
  const { pins } = (await api.json('/api/v1/pins')).body
  expect(pins.find((one: { cid: string }) => one.cid === cid)).toMatchObject({ status: 'pinned', damaged: { blocks: 1 } })
  expect((await api.json('/api/v1/scrub')).body.damaged).toEqual({ blocks: 1, dags: 1 })

  expect((await api.upload(bytes)).status).toBe(201)
  expect(Buffer.compare(await (await get(cid)).bytes(), bytes)).toBe(0)
  await eventually(() => dagOf(cid), ({ damaged }) => damaged === undefined)
  const healed = await pinOf(cid)
  expect([healed.status, healed.info.status_details]).toEqual(['pinned', undefined])
}, 60_000)

test('a scrub finds what nobody reads', async () => {
  const bytes = pattern(300_000, 72)
  const { body } = await api.upload(bytes)
  const { cid } = body.roots[0]
  await server.killAndRestart()
  await damage(server, bytes)
  const started = await api.post('/api/v1/scrub?rate=1000000000', {})
  expect(started.status).toBe(202)
  const { last } = await eventually(async () => (await api.json('/api/v1/scrub')).body, (progress) => progress.now === undefined && progress.last !== undefined)
  expect(last).toMatchObject({ damaged: 1, blocks: expect.any(Number), finished: expect.any(String) })
  expect(last.bytes).toBeGreaterThan(300_000)
  expect((await get(cid)).status).toBe(500)
  expect((await eventually(() => dagOf(cid), ({ damaged }) => damaged !== undefined)).damaged.blocks).toBe(1)
  const plain = client(server.url, await server.createKey())
  expect((await plain.json('/api/v1/scrub')).status).toBe(403)
}, 60_000)

test('a bad block is fetched again from where the pin request says that it is', async () => {
  const origin = await startServer({ THOLE_LOG: 'silent' })
  try {
    const there = client(origin.url, await origin.createKey())
    const bytes = pattern(2 * 2 ** 20, 73)
    const { cid } = (await there.upload(bytes)).body.roots[0]
    const { addresses } = (await there.json('/api/v1/instance')).body.network
    const { requestid } = (await api.post('/psa/pins', { cid, origins: addresses })).body
    await eventually(async () => (await api.json(`/psa/pins/${requestid}`)).body.status, (status) => status === 'pinned')
    // What is damaged at the very end of a segment, after a kill, counts as torn.
    await api.upload('something behind it')
    await damage(server, bytes.subarray(2 ** 20))
    await server.killAndRestart()
    // Content that is not the first block: the status of the whole file may still be 200.
    expect((await get(cid, `bytes=${2 ** 20}-`)).status).toBe(500)
    await eventually(() => dagOf(cid), ({ damaged }) => damaged !== undefined)
    await eventually(() => dagOf(cid), ({ damaged }) => damaged === undefined, 60_000)
    expect((await get(cid, `bytes=${2 ** 20}-`)).status).toBe(206)
    expect(Buffer.compare(await (await get(cid)).bytes(), bytes)).toBe(0)
  } finally {
    await origin.stop()
  }
}, 120_000)

test('a segment that is gone: the server starts, says what is damaged, and uploading again heals', async () => {
  const server = await startServer({ THOLE_LOG: 'silent', THOLE_NETWORK: 'none' })
  try {
    const api = client(server.url, await server.createKey())
    const bytes = pattern(2 * 2 ** 20, 74)
    const { cid } = (await api.upload(bytes)).body.roots[0]
    await server.killAndRestart()
    const folder = join(server.dataFolder, 'blocks')
    for (const name of await readdir(folder, { recursive: true })) if (name.endsWith('.car')) await rm(join(folder, name))
    await server.killAndRestart()
    const { state, damaged } = await eventually(async () => (await api.json(`/api/v1/dags/${cid}`)).body, (dag) => dag.damaged !== undefined)
    expect([state, damaged.blocks, damaged.first]).toEqual(['complete', 1, [{ cid, path: '' }]])
    expect((await fetch(`${server.url}/ipfs/${cid}`)).status).toBe(500)
    expect((await api.json(`/psa/pins?cid=${cid}`)).body.results[0].info.status_details).toMatch(/damaged/i)
    expect((await api.upload(bytes)).status).toBe(201)
    expect(Buffer.compare(await (await fetch(`${server.url}/ipfs/${cid}`)).bytes(), bytes)).toBe(0)
    await eventually(async () => (await api.json(`/api/v1/dags/${cid}`)).body, (dag) => dag.damaged === undefined)
  } finally {
    await server.stop()
  }
}, 60_000)
