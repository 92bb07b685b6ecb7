import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { car, client, pattern, rawBlock, type Client } from '../support/api.ts'
import { temporaryFolder } from '../support/folder.ts'
import { noKubo, startKubo, type Kubo } from '../support/kubo.ts'
import { listAll } from '../support/psa.ts'
import { noS3, startS3, type TestS3 } from '../support/s3.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { tholeHome, type Thole } from '../support/thole.ts'

let server: TestServer
let api: Client
let thole: Thole

beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none' })
  const key = await server.createKey()
  api = client(server.url, key)
  thole = await tholeHome({ THOLE_URL: server.url, THOLE_KEY: key })
})
afterAll(async () => {
  await thole?.[Symbol.asyncDispose]()
  await server?.stop()
})

describe.skipIf(noKubo)('from Kubo', () => {
  let kubo: Kubo
  beforeAll(async () => {
    kubo = await startKubo()
  })
  afterAll(() => kubo?.stop())

  test('its pins, with their names and all of their bytes', async () => {
    await using folder = await temporaryFolder({ 'site/index.html': '<h1>hi</h1>', 'site/deep/large.bin': pattern(3_000_000, 1) })
    const site = await kubo.line(['add', '-rQ', '--pin-name=site', join(folder.path, 'site')])
    const old = await kubo.line(['add', '-Q', '--cid-version=0', '--raw-leaves=false'], pattern(700_000, 2))
    const data = await kubo.line(['dag', 'put', '--pin', '--store-codec=dag-cbor', '--input-codec=dag-json'], Buffer.from(JSON.stringify({ site: { '/': site } })))
    const alone = await kubo.line(['add', '-Q', '--pin=false'], Buffer.from('alone'))
    await kubo.line(['pin', 'add', '--recursive=false', alone])
    const told = await thole.json(['import', 'kubo', kubo.api], { code: 1 })
    expect(told.at(-1)).toMatchObject({ summary: { waiting: 0, failed: 1 } })
    expect(told.find(({ outcome }) => outcome === 'failed')).toMatchObject({ name: alone, reason: expect.stringContaining('pinned directly') })
    for (const cid of [site, old, data]) expect((await api.json(`/api/v1/dags/${cid}`)).body).toMatchObject({ state: 'complete' })
    expect((await listAll(api)).find(({ pin }) => pin.cid === site)?.pin.name).toBe('site')
    expect(Buffer.compare(Buffer.from(await (await fetch(`${server.url}/ipfs/${site}/deep/large.bin`)).arrayBuffer()), pattern(3_000_000, 1))).toBe(0)
    expect((await thole.json(['import', 'kubo', kubo.api], { code: 1 })).at(-1)).toMatchObject({ summary: { pinned: 0, earlier: told.at(-1).summary.pinned } })
  })

  test('its gateway serves what a list of CIDs names', async () => {
    const cid = await kubo.line(['add', '-Q'], pattern(4_000_000, 3))
    await using folder = await temporaryFolder({ 'cids.csv': `cid,name\n${cid},from a gateway\n` })
    const told = await thole.json(['import', 'csv', join(folder.path, 'cids.csv'), '--gateway', kubo.gateway, '--wait', '2'])
    expect(told[0]).toMatchObject({ cid, name: 'from a gateway', outcome: 'pinned' })
  })

  test('what thole gets and puts is what Kubo knows', async () => {
    await using folder = await temporaryFolder({ 'a.bin': pattern(2_500_000, 4) })
    const path = join(folder.path, 'a.bin')
    expect((await thole.run(['put', '--dry-run', path])).out.trim()).toBe(await kubo.line(['add', '-Qn', path]))
    const cid = await kubo.line(['add', '-Q', '--cid-version=0', '--raw-leaves=false'], pattern(900_000, 5))
    expect(await thole.run(['get', '--url', kubo.gateway, '-o', join(folder.path, 'got'), cid])).toMatchObject({ code: 0 })
  })

  test('a node that is not there, and an address that is none', async () => {
    const gone = await thole.run(['import', 'kubo', 'http://127.0.0.1:9'])
    expect([gone.code, gone.err]).toEqual([1, expect.stringContaining('127.0.0.1:9')])
    expect((await thole.run(['import', 'kubo', kubo.gateway])).code).not.toBe(0)
  })
})

describe.skipIf(noS3)('from S3', () => {
  let s3: TestS3
  beforeAll(async () => {
    s3 = await startS3()
  })
  afterAll(() => s3?.stop())

  test('the CARs below a prefix', async () => {
    const blocks = [61, 62, 63].map((seed) => rawBlock(pattern(50_000, seed)))
    await mkdir(join(s3.folder, 'backup/deep'), { recursive: true })
    for (const [i, name] of ['backup/a.car', 'backup/deep/b.car', 'elsewhere.car'].entries()) await writeFile(join(s3.folder, name), car([blocks[i]!.cid], [blocks[i]!]))
    await writeFile(join(s3.folder, 'backup/notes.txt'), 'x')
    const told = await thole.json(['import', 's3', `s3://${s3.bucket}/backup/`], { env: s3.variables })
    expect(told.slice(0, -1).map(({ name, outcome }) => [name, outcome]).toSorted()).toEqual([['a', 'pinned'], ['b', 'pinned']])
    expect((await api.json(`/api/v1/dags/${blocks[2]!.cid}`)).status).toBe(404)
    expect((await thole.json(['import', 's3', `s3://${s3.bucket}/backup/`], { env: s3.variables })).at(-1).summary).toMatchObject({ pinned: 0, earlier: 2 })
  })

  test('a bucket that is not there, one that may not be read, a place that is none', async () => {
    const none = await thole.run(['import', 's3', 's3://no-such-bucket'], { env: s3.variables })
    expect([none.code, none.err]).toEqual([1, expect.stringMatching(/bucket/i)])
    const stranger = await thole.run(['import', 's3', `s3://${s3.bucket}`], { env: { ...s3.variables, AWS_SECRET_ACCESS_KEY: 'wrong' } })
    expect([stranger.code, stranger.err.includes('wrong')]).toEqual([1, false])
    expect((await thole.run(['import', 's3', 'https://bucket'])).code).toBe(2)
  })
})
