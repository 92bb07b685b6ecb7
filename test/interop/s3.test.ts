import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { client, pattern, type Client } from '../support/api.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { temporaryFolder } from '../support/folder.ts'
import { noS3, startS3, type TestS3 } from '../support/s3.ts'
import { runCommand, startServer, tryServer, type TestServer } from '../support/server.ts'

describe.skipIf(noS3)(`servers on a bucket${noS3 ? ` (${noS3})` : ''}`, () => {
  let s3: TestS3
  const servers: TestServer[] = []
  const databases: TestDatabase[] = []
  beforeAll(async () => void (s3 = await startS3()))
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop()
    for (const database of databases.splice(0)) await database.drop()
  })
  afterAll(() => s3?.stop())

  const settings = (prefix: string) => ({ THOLE_NETWORK: 'none', THOLE_BLOCKS: `s3://${s3.bucket}/${prefix}`, ...s3.variables })

  async function start(variables: Record<string, string>): Promise<{ server: TestServer; api: Client }> {
    const server = await startServer(variables)
    servers.push(server)
    return { server, api: client(server.url, await server.createKey()) }
  }

  async function expectServed(url: string, cid: string, bytes: Uint8Array): Promise<void> {
    const answer = await fetch(`${url}/ipfs/${cid}`)
    expect(answer.status).toBe(200)
    expect(Buffer.compare(new Uint8Array(await answer.arrayBuffer()), bytes)).toBe(0)
  }

  test('uploads, reads, and is killed in between: what was answered is there, and nothing but the database is on the disk', async () => {
    const { server, api } = await start(settings('killed'))
    const acknowledged = new Map<string, Uint8Array>()
    for (let round = 0; round < 3; round++) {
      let stop = false
      const uploading = Array.from({ length: 4 }, async (_, worker) => {
        for (let i = 0; !stop; i++) {
          const bytes = pattern(2000 + worker * 3_000_000 + i, round * 100 + worker * 10 + i)
          const answer = await api.upload(bytes).catch(() => undefined)
          if (answer?.status === 201) acknowledged.set(answer.body.roots[0].cid, bytes)
        }
      })
      await new Promise((resolve) => setTimeout(resolve, 600 + round * 170))
      await server.killAndRestart()
      stop = true
      await Promise.all(uploading)
      for (const [cid, bytes] of acknowledged) await expectServed(server.url, cid, bytes)
    }
    expect(acknowledged.size).toBeGreaterThan(8)
    expect((await readdir(server.dataFolder)).filter((name) => /block|segment/.test(name))).toEqual([])
    expect((await readdir(join(s3.folder, 'killed/segments'))).length).toBeGreaterThan(0)
  })

  test('two servers on one PostgreSQL and one bucket read each other\'s uploads at once', async () => {
    const database = await testDatabase()
    databases.push(database)
    const shared = { ...settings('shared'), THOLE_DATABASE_URL: database.url }
    const [one, other] = [await start(shared), await start(shared)]
    for (let i = 0; i < 6; i++) {
      const [from, to] = i % 2 ? [one, other] : [other, one]
      const bytes = pattern(i === 5 ? 20_000_000 : 1000 + i * 500_000, 500 + i)
      const { status, body } = await from.api.upload(bytes)
      expect(status).toBe(201)
      await expectServed(to.server.url, body.roots[0].cid, bytes)
      expect((await to.api.json(`/api/v1/dags/${body.roots[0].cid}`)).body.state).toBe('complete')
    }
    const same = pattern(3_000_000, 900)
    const both = await Promise.all([one.api.upload(same), other.api.upload(same)])
    expect(both.map(({ status }) => status)).toEqual([201, 201])
    await one.server.killAndRestart()
    await expectServed(other.server.url, both[0].body.roots[0].cid, same)
    await expectServed(one.server.url, both[0].body.roots[0].cid, same)
  })

  test('a bucket of another database is refused, until an index of it is made', async () => {
    const first = await start(settings('moved'))
    const bytes = pattern(5_000_000, 77)
    const { body } = await first.api.upload(bytes)
    await first.server.stop()
    servers.splice(servers.indexOf(first.server), 1)

    const { server, api } = await start(settings('elsewhere'))
    const env = Object.assign(server.env, settings('moved'))
    await expect(runCommand(['store', 'rebuild-index'], env)).rejects.toThrow(/in use by process/)
    await server.rest(async () => {
      expect((await tryServer(env)).err).toMatch(/another database.*rebuild-index/)
      expect(await runCommand(['store', 'rebuild-index'], env)).toMatch(/rebuild-index: 6 blocks in \d segments?/)
    })
    // All its blocks are there already.
    expect((await api.upload(bytes)).body.roots).toEqual(body.roots)
    await expectServed(server.url, body.roots[0].cid, bytes)
    expect(await runCommand(['store', 'stats'], env)).toMatch(/blocks +6\n/)
    expect(await runCommand(['store', 'check'], env)).toMatch(/clean/)
  })

  test('what is wrong with the settings is told at start, with what to do', async () => {
    await using folder = await temporaryFolder()
    const base = { PATH: process.env.PATH ?? '', HOME: folder.path, THOLE_PORT: '0', THOLE_DATA: folder.path, ...settings('refused') }
    const attempt = async (variables: Record<string, string>) => (await tryServer({ ...base, ...variables })).err
    expect(await attempt({ THOLE_BLOCKS: 's3://no-such-bucket/x' })).toMatch(/there is no bucket "no-such-bucket"; make it first/)
    expect(await attempt({ AWS_ACCESS_KEY_ID: 'nobody' })).toMatch(/refuses the key.*AWS_ACCESS_KEY_ID/)
    expect(await attempt({ AWS_SECRET_ACCESS_KEY: 'wrong' })).toMatch(/refuses the key.*AWS_SECRET_ACCESS_KEY/)
    expect(await attempt({ AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' })).toMatch(/cannot be reached.*AWS_ENDPOINT_URL/)
    expect(await attempt({ AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' })).toMatch(/there is no key.*AWS_ACCESS_KEY_ID/)
    expect(await attempt({ AWS_REGION: '' })).toMatch(/set AWS_REGION/)
  })
})
