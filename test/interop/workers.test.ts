import { links } from '@thole/dag'
import pg from 'pg'
import { CID } from 'multiformats/cid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { car, client, eventually, pattern, rawBlock, type Client } from '../support/api.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { noKubo, startKubo, type Kubo } from '../support/kubo.ts'
import { noS3, startS3, type TestS3 } from '../support/s3.ts'
import { startServer, type TestServer } from '../support/server.ts'

const missing = noS3 ?? noKubo
const mebi = 2 ** 20

describe.skipIf(missing)(`two servers on one PostgreSQL and one bucket${missing ? ` (${missing})` : ''}`, () => {
  let s3: TestS3
  let kubo: Kubo
  let database: TestDatabase
  let rows: pg.Client
  const servers: TestServer[] = []
  let key: string
  const at = (server: number, withKey = key): Client => client(servers[server]!.url, withKey)

  beforeAll(async () => {
    ;[s3, kubo, database] = await Promise.all([startS3(), startKubo(), testDatabase()])
    const variables = { THOLE_BLOCKS: `s3://${s3.bucket}/workers`, THOLE_DATABASE_URL: database.url, THOLE_RECLAIM_GRACE: '0', ...s3.variables }
    for (let i = 0; i < 2; i++) servers.push(await startServer(variables))
    key = await servers[0]!.createKey()
    rows = new pg.Client({ connectionString: database.url })
    await rows.connect()
  })
  afterAll(async () => {
    await rows?.end()
    for (const server of servers) await server.stop()
    await database?.drop()
    await Promise.all([s3?.stop(), kubo?.stop()])
  })

  /** Distinct files that only that Kubo has. */
  async function filesOfKubo(count: number, bytes: number, seed: number): Promise<string[]> {
    const cids: string[] = []
    for (let i = 0; i < count; i++) cids.push(await kubo.line(['add', '-Q'], pattern(bytes, seed + i)))
    return cids
  }

  const pin = (server: number, cid: string) => at(server).post('/psa/pins', { cid, origins: kubo.addresses })
  const owners = async () => (await rows.query('select distinct owner from job where owner is not null')).rowCount
  const everyStatus = 'status=queued,pinning,pinned,failed'

  test('a request is in the next list of the other, and ends everywhere when either ends it', async () => {
    const { body } = await pin(0, rawBlock(Buffer.from('nobody has this')).cid.toString())
    expect((await at(1).json(`/psa/pins?limit=1&${everyStatus}`)).body.results[0].requestid).toBe(body.requestid)
    expect((await at(1).json(`/psa/pins/${body.requestid}`, { method: 'DELETE' })).status).toBe(202)
    expect((await at(0).json(`/psa/pins/${body.requestid}`)).status).toBe(404)
  })

  test('1,000 requests at once over both: no two have one time of creation', async () => {
    const mine = await servers[0]!.createKey(undefined, 'many@example.org')
    const { body } = await at(0, mine).upload('pinned often', '/api/v1/uploads?pin=false')
    const created = new Set<string>()
    await Promise.all(Array.from({ length: 40 }, async (_, worker) => {
      for (let i = 0; i < 25; i++) created.add((await at(worker % 2, mine).post('/psa/pins', { cid: body.roots[0].cid })).body.created)
    }))
    expect(created.size).toBe(1000)
  })

  test('parts of one DAG sent to both: whoever takes the last answers that it is pinned', async () => {
    const whole = await at(0).upload(pattern(5 * mebi, 40), '/api/v1/uploads?pin=false')
    const root = CID.parse(whole.body.roots[0].cid)
    const block = async (cid: CID) => ({ cid, bytes: new Uint8Array(await (await fetch(`${servers[0]!.url}/ipfs/${cid}?format=raw`)).arrayBuffer()) })
    // The same leaves below a root that is not stored yet, in a DAG whose other leaf is new.
    const leaves = links(root, (await block(root)).bytes).slice(0, 2)
    const extra = rawBlock(Buffer.from('a leaf that comes last'))
    const { encode, code } = await import('@ipld/dag-cbor')
    const bytes = encode([...leaves, extra.cid])
    const { sha256 } = await import('multiformats/hashes/sha2')
    const top = { cid: CID.createV1(code, await sha256.digest(bytes)), bytes }
    const send = (server: number, sent: Uint8Array) => at(server).upload(sent as BodyInit, '/api/v1/uploads', 'application/vnd.ipld.car')
    expect((await send(0, car([top.cid], [top]))).status).toBe(201)
    expect((await at(1).json(`/api/v1/dags/${top.cid}`)).body).toMatchObject({ state: 'partial', missingCount: 1 })
    expect((await send(1, car([top.cid], [extra]))).status).toBe(201)
    for (const server of [0, 1]) expect((await at(server).json(`/api/v1/dags/${top.cid}`)).body.state).toBe('complete')
    expect((await at(0).json(`/psa/pins?cid=${top.cid}&${everyStatus}`)).body.results.map(({ status }: { status: string }) => status)).toEqual(['pinned', 'pinned'])
  })

  test('what one deletes, the other serves no more', async () => {
    const { body } = await at(0).upload(pattern(300_000, 41))
    const cid = body.roots[0].cid
    const status = async () => (await fetch(`${servers[1]!.url}/ipfs/${cid}?format=raw`)).status
    expect(await status()).toBe(200)
    expect((await at(0).json(`/api/v1/uploads/${body.id}`, { method: 'DELETE' })).status).toBeLessThan(300)
    await eventually(status, (code) => code === 404, 5_000)
  })

  test('both fetch; either is killed, the other takes its jobs over within 30 s, and nothing is lost', async () => {
    for (const victim of [0, 1]) {
      const survivor = 1 - victim
      const cids = await filesOfKubo(40, 6 * mebi, 1000 * (victim + 1))
      const requests = await Promise.all(cids.map(async (cid) => (await pin(victim, cid)).body.requestid as string))
      await eventually(owners, (count) => count === 2, 10_000)
      const killed = Date.now()
      await servers[victim]!.kill()
      const left = async () => {
        const { body } = await at(survivor).json(`/psa/pins?limit=1000&${everyStatus}`)
        return body.results.filter(({ requestid, status }: { requestid: string; status: string }) => requests.includes(requestid) && status !== 'pinned').length
      }
      await eventually(left, (count) => count === 0, 60_000)
      const seconds = (Date.now() - killed) / 1000
      process.stdout.write(`  killed server ${victim}: its jobs were done after ${seconds.toFixed(1)} s\n`)
      // A lease lasts 15 s; what is left is the fetching itself.
      expect(seconds).toBeLessThan(45)
      await servers[victim]!.killAndRestart()
      for (const cid of cids.slice(0, 3)) expect((await fetch(`${servers[victim]!.url}/ipfs/${cid}`)).status).toBe(200)
    }
  }, 240_000)

  test('uploads to both while one is killed: what was answered is served by the other at once', async () => {
    const acknowledged: [cid: string, bytes: Uint8Array][] = []
    let stop = false
    const uploading = Array.from({ length: 6 }, async (_, worker) => {
      for (let i = 0; !stop; i++) {
        const bytes = pattern(1000 + (i % 5) * 400_000, 5000 + worker * 100 + i)
        const answer = await at(worker % 2).upload(bytes).catch(() => undefined)
        if (answer?.status !== 201) continue
        const other = await fetch(`${servers[1]!.url}/ipfs/${answer.body.roots[0].cid}?format=raw`)
        expect(other.status).toBe(200)
        await other.arrayBuffer()
        acknowledged.push([answer.body.roots[0].cid, bytes])
      }
    })
    await new Promise((resolve) => setTimeout(resolve, 1500))
    await servers[0]!.killAndRestart()
    stop = true
    await Promise.all(uploading)
    expect(acknowledged.length).toBeGreaterThan(10)
    for (const [cid, bytes] of acknowledged) {
      for (const server of servers) {
        const got = await fetch(`${server.url}/ipfs/${cid}`)
        expect(Buffer.compare(new Uint8Array(await got.arrayBuffer()), bytes)).toBe(0)
      }
    }
  })
})
