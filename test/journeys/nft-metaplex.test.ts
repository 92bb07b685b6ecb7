import * as dagCbor from '@ipld/dag-cbor'
import { codecs, digest, type Block } from '@thole/dag'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { car, client, pattern, rawBlock, type Client } from '../support/api.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { fileInBlocks } from '../support/file-in-blocks.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { encoded, sendSigned, signedFor, tokenFor, wallet } from '../support/wallet.ts'

function linking(to: CID): Block {
  const bytes = dagCbor.encode({ to })
  return { cid: CID.createV1(codecs.dagCbor, Digest.create(0x12, digest(0x12, bytes))), bytes }
}

describe.each(['SQLite', 'PostgreSQL'])('on %s', (kind) => {
  const databases: TestDatabase[] = []
  let server: TestServer
  let payer: Client

  /** A server that takes such uploads, on a database of its own. */
  async function open(variables: Record<string, string>): Promise<TestServer> {
    const database = kind === 'PostgreSQL' ? await testDatabase() : undefined
    if (database) databases.push(database)
    return startServer({ THOLE_NETWORK: 'none', THOLE_METAPLEX_ACCOUNT: 'Payer@example.org', ...(database && { THOLE_DATABASE_URL: database.url }), ...variables })
  }

  beforeAll(async () => {
    server = await open({ THOLE_METAPLEX_MAX_BYTES: '1000000', THOLE_METAPLEX_RATE: '60' })
    payer = client(server.url, await server.createKey(undefined, 'payer@example.org'))
  })
  afterAll(async () => {
    await server?.stop()
    for (const database of databases) await database.drop()
  })

  const send = (header: string | undefined, bytes: Uint8Array, to = server.url, name?: string) => sendSigned(to, header, bytes, name)
  const listed = async () => (await payer.json('/nft/?limit=100')).body.value
  /** Without what a fetch under way changes. */
  const pinned = async () => (await payer.json('/nft/pins?status=queued,pinning,pinned,failed')).body.results.map(({ requestid, created, pin }: any) => ({ requestid, created, pin }))

  test('what a wallet has signed is taken, without a name, and belongs to the account that pays', async () => {
    const { root, leaves } = await fileInBlocks(pattern(4000, 5), 1000)
    const told = { cid: root.cid.toString(), type: 'application/car', scope: 'metaplex', name: expect.stringMatching(/^Upload at /), parts: [] }
    const answer = await send(signedFor(root), car([root.cid], [root, ...leaves]), server.url, 'mine')
    expect(answer).toMatchObject({ status: 200, body: { ok: true, value: { ...told, size: expect.any(Number), pin: { cid: root.cid.toString(), status: 'pinned' } } } })
    expect((await payer.json('/nft/')).body.value).toEqual([answer.body.value])
  })

  test('what the account has already is not touched, and nothing is told of it', async () => {
    const stranger = rawBlock(Buffer.from('of no use'))
    for (const isWhole of [true, false]) {
      const { root, leaves } = await fileInBlocks(pattern(3000, isWhole ? 8 : 10), 1000)
      const headers = { 'content-type': 'application/car', 'x-name': 'secret' }
      await payer.json('/nft/upload', { method: 'POST', headers, body: car([root.cid], [root, ...leaves.slice(isWhole ? 0 : 1)]) as BodyInit })
      const before = [await listed(), await pinned()]
      expect(before[0]).toMatchObject([{ cid: root.cid.toString(), name: 'secret', pin: { status: isWhole ? 'pinned' : 'pinning' } }, ...before[0].slice(1)])
      for (const [blocks, status] of [[[stranger], 400], [[root, stranger], isWhole ? 409 : 400]] as const) {
        const answer = await send(signedFor(root), car([root.cid], [...blocks]), server.url, 'stolen')
        expect(answer).toEqual({ status, body: { ok: false, error: { code: expect.any(String), message: expect.not.stringContaining('secret') } } })
      }
      expect([await listed(), await pinned()]).toEqual(before)
    }
  })

  test('nothing is recorded or fetched of a DAG that is not whole, or of which the root was not sent', async () => {
    const { root, leaves } = await fileInBlocks(pattern(5000, 9), 1000)
    const before = [await listed(), await pinned()]
    const refused = { status: 400, body: { ok: false, error: { code: 'ERROR_INVALID_CAR' } } }
    expect(await send(signedFor(root), car([root.cid], [root, ...leaves.slice(1)]))).toMatchObject(refused)
    expect(await send(signedFor(root), car([root.cid], [root]))).toMatchObject(refused)
    // By now all of it has been here.
    expect(await send(signedFor(root), car([root.cid], leaves))).toMatchObject(refused)
    expect([await listed(), await pinned()]).toEqual(before)
  })

  test('nothing else is', async () => {
    const leaf = rawBlock(Buffer.from('not signed for'))
    const [cid, bytes] = [leaf.cid.toString(), car([leaf.cid], [leaf])]
    const before = (await payer.json('/nft/')).headers.get('count')
    const bad = [
      undefined,
      'Bearer x',
      'Metaplex ',
      'Metaplex a.b.c',
      `Metaplex ${encoded(null)}.${encoded(null)}.x`,
      `Metaplex ${'x'.repeat(9000)}`,
      `Metaplex ${tokenFor(rawBlock(Buffer.from('another')).cid.toString())}`,
      `Metaplex ${tokenFor(undefined)}`,
      `Metaplex ${tokenFor({})}`,
      `Metaplex ${tokenFor('no cid')}`,
      `Metaplex ${tokenFor(cid, wallet(), { by: wallet().privateKey })}`,
      `Metaplex ${tokenFor(cid, wallet(), { iss: 'did:key:z6Mk' })}`,
      `Metaplex ${tokenFor(cid, wallet(), { iss: 'did:web:example.org' })}`,
      `Metaplex ${tokenFor(cid, wallet(), { iss: {} })}`,
      `Metaplex ${tokenFor(cid, wallet(), { alg: 'none' })}`,
    ]
    for (const header of bad) expect([header, await send(header, bytes)]).toMatchObject([header, { status: 401, body: { ok: false, error: { code: 'ERROR_UNAUTHENTICATED', message: expect.any(String) } } }])
    expect((await payer.json('/nft/')).headers.get('count')).toBe(before)
    expect(server.output()).not.toMatch(/INTERNAL/)
  })

  test('no more than the account may hold, what others brought and what waits for parts included', async () => {
    const small = await open({ THOLE_METAPLEX_MAX_BYTES: '1000' })
    try {
      const [mine, other] = [client(small.url, await small.createKey(undefined, 'payer@example.org')), client(small.url, await small.createKey(undefined, 'other@example.org'))]
      const { root, leaves } = await fileInBlocks(pattern(1 << 20, 6), 300_000)
      const asCar = { method: 'POST', headers: { 'content-type': 'application/car' } }
      expect((await other.json('/nft/upload', { ...asCar, body: car([root.cid], [root, ...leaves]) as BodyInit })).status).toBe(200)
      expect(await send(signedFor(root), car([root.cid], [root]), small.url)).toMatchObject({ status: 413 })
      const above = linking(root.cid)
      expect(await send(signedFor(above), car([above.cid], [above]), small.url)).toMatchObject({ status: 413 })
      expect((await mine.json('/nft/')).body.value).toEqual([])
      expect((await mine.json('/nft/pins')).body).toMatchObject({ count: 0 })

      const big = rawBlock(pattern(2000, 2))
      expect((await send(signedFor(big), car([big.cid], [big]), small.url)).status).toBe(413)
      // Either has room, but not both.
      const both = await Promise.all([3, 4].map(async (seed) => {
        const honest = rawBlock(pattern(600, seed))
        return send(signedFor(honest), car([honest.cid], [honest]), small.url)
      }))
      expect(both.filter(({ status }) => status === 200)).toMatchObject([{ body: { value: { size: 600 } } }])
      expect(both.filter(({ status }) => status === 413)).toHaveLength(1)
      const waiting = await fileInBlocks(pattern(600, 7), 300)
      await mine.json('/nft/upload', { ...asCar, body: car([waiting.root.cid], [waiting.root, waiting.leaves[0]!]) as BodyInit })
      const last = rawBlock(pattern(1, 3))
      expect((await send(signedFor(last), car([last.cid], [last]), small.url)).status).toBe(413)
    } finally {
      await small.stop()
    }
  })

  test('no more uploads than the account may have, also where they come at once', async () => {
    const few = await open({ THOLE_METAPLEX_MAX_UPLOADS: '3' })
    try {
      const sendNew = async (seed: number) => {
        const block = rawBlock(pattern(100, seed))
        return send(signedFor(block), car([block.cid], [block]), few.url)
      }
      expect((await sendNew(0)).status).toBe(200)
      const more = await Promise.all([1, 2, 3, 4, 5].map(sendNew))
      expect(more.map(({ status }) => status).toSorted()).toEqual([200, 200, 413, 413, 413])
      expect(await sendNew(6)).toMatchObject({ status: 413, body: { ok: false, error: { message: expect.stringContaining('no room') } } })
      const mine = client(few.url, await few.createKey(undefined, 'payer@example.org'))
      const { value } = (await mine.json('/nft/')).body
      expect(value).toHaveLength(3)
      // What the account deletes makes room again.
      await mine.json(`/nft/${value[0].cid}`, { method: 'DELETE' })
      expect((await sendNew(7)).status).toBe(200)
      expect((await sendNew(8)).status).toBe(413)
    } finally {
      await few.stop()
    }
  })

  test('no more often than once in a while from one address', async () => {
    const answers: number[] = []
    for (let i = 0; i < 65 && answers.at(-1) !== 429; i++) answers.push((await send(undefined, new Uint8Array())).status)
    expect(answers.at(-1)).toBe(429)
  })
})

test('it is off until an operator names an account', async () => {
  const other = await startServer({ THOLE_NETWORK: 'none' })
  try {
    const leaf = rawBlock(Buffer.from('nobody pays'))
    expect(await sendSigned(other.url, `Metaplex ${tokenFor(leaf.cid.toString())}`, car([leaf.cid], [leaf]))).toMatchObject({ status: 404, body: { ok: false, error: { code: 'HTTP_ERROR' } } })
  } finally {
    await other.stop()
  }
})
