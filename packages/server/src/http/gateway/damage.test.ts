import { digest, links, resolvePath } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { expect, test } from 'vitest'
import { openTestGateway, type TestGateway } from './gateway.fixture.ts'

const damage = (gateway: TestGateway, cid: CID) => gateway.blocks.corrupt(cid.multihash.bytes)
const lostCid = (text: string) => CID.createV1(0x55, createDigest(0x12, digest(0x12, Buffer.from(text))))
const cidAt = async ({ retrieval }: TestGateway, root: CID, ...path: string[]) => (await resolvePath(retrieval, root, path)).entry.cid

test('a damaged block is a 500 in words, whatever the format, for GET and HEAD', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.file('short')
  damage(gateway, cid)
  for (const query of ['', '?format=raw', '?format=car']) {
    for (const method of ['GET', 'HEAD']) {
      const { status, headers, text } = await gateway.ask(`/ipfs/${cid}${query}`, { method })
      expect([status, headers['cache-control'], headers.etag]).toEqual([500, 'no-store', undefined])
      if (method === 'GET') expect(text).toMatch(/damaged.*repaired/)
    }
  }
})

test('so it is below a damaged directory, beside which all is well', async () => {
  await using gateway = await openTestGateway()
  const root = await gateway.directory({ 'bad/a.txt': 'a', 'good/b.txt': 'b' })
  damage(gateway, await cidAt(gateway, root, 'bad'))
  expect((await gateway.ask(`/ipfs/${root}/bad/a.txt`)).status).toBe(500)
  expect((await gateway.ask(`/ipfs/${root}/bad/`)).status).toBe(500)
  expect(await gateway.ask(`/ipfs/${root}/good/b.txt`)).toMatchObject({ status: 200, text: 'b' })
})

test('in the middle of a file or a CAR the body breaks off; a range before it is whole', async () => {
  await using gateway = await openTestGateway()
  const bytes = Buffer.alloc(3 * 2 ** 20, 'three mebibytes of text ')
  const cid = await gateway.file(bytes)
  const [, second] = links(cid, await gateway.retrieval.get(cid))
  damage(gateway, second!)
  await expect(gateway.ask(`/ipfs/${cid}`)).rejects.toMatchObject({ code: 'BLOCK_DAMAGED' })
  await expect(gateway.ask(`/ipfs/${cid}?format=car`)).rejects.toMatchObject({ code: 'BLOCK_DAMAGED' })
  const { status, bytes: before } = await gateway.ask(`/ipfs/${cid}`, { headers: { range: 'bytes=0-999999' } })
  expect([status, before.equals(bytes.subarray(0, 1_000_000))]).toEqual([206, true])
})

test('a block that was here and is lost is not told to be absent', async () => {
  await using gateway = await openTestGateway()
  const noted = lostCid('noted')
  await gateway.db.write((w) => w.damage.note([Buffer.from(noted.multihash.bytes).toString('hex')], 1))
  expect((await gateway.ask(`/ipfs/${noted}`)).status).toBe(500)
  await expect(gateway.retrieval.size(noted)).rejects.toMatchObject({ code: 'BLOCK_DAMAGED' })

  const root = lostCid('root of a complete DAG')
  await gateway.db.write(async (w) => {
    await w.dags.lock(root.toString(), 1)
    await w.dags.setComplete(root.toString(), { bytes: 1, blocks: 1 }, 1)
    await w.accounts.insert({ id: 'one', email: 'a@example.org', role: 'user', created: 1, suspended: false })
    await w.dags.hold('one', root.toString())
  })
  expect((await gateway.ask(`/ipfs/${root}`)).status).toBe(500)
  expect((await gateway.ask(`/ipfs/${lostCid('never here')}`)).status).toBe(404)
})

test('peers are told that a damaged block is not here', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.file('damaged')
  damage(gateway, cid)
  expect(await gateway.retrieval.server.get(cid)).toBeUndefined()
  expect(await gateway.retrieval.server.size(cid)).toBeUndefined()
})
