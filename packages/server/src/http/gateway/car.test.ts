import { codecs, profiles, readCar } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { expect, test } from 'vitest'
import { openTestGateway } from './gateway.fixture.ts'

const small = { ...profiles['unixfs-v1-2025'], chunkBytes: 1000, width: 4 }

test('the empty identity block is always there', async () => {
  await using gateway = await openTestGateway()
  expect(await gateway.ask('/ipfs/bafkqaaa?format=raw')).toMatchObject({ status: 200, text: '' })
  const { bytes } = await gateway.ask('/ipfs/bafkqaaa?format=car')
  const { roots, cids } = await unpack(bytes)
  expect([roots.map(String), cids]).toEqual([['bafkqaaa'], []])
})

test('a CAR holds the whole DAG once, depth first, verified', async () => {
  await using gateway = await openTestGateway()
  const content = Buffer.concat([1, 2, 2, 3, 4, 5, 6].map((n) => Buffer.alloc(1000, n)))
  const cid = await gateway.directory({ 'a.bin': content, 'b.bin': content, 'c.txt': 'c' }, small)
  const answer = await gateway.ask(`/ipfs/${cid}?format=car`)
  expect(answer.headers).toMatchObject({
    'content-type': 'application/vnd.ipld.car; version=1; order=dfs; dups=n',
    'content-disposition': `attachment; filename="${cid}.car"`,
    'accept-ranges': 'none',
  })
  expect(answer.headers['content-length']).toBeUndefined()
  const { roots, cids, kinds } = await unpack(answer.bytes)
  expect(roots.map(String)).toEqual([String(cid)])
  expect(new Set(cids).size).toBe(cids.length)
  // The directory, the file, its first node with leaves 1 2 3, its second with 4 5 6, the small file; b.bin is a.bin.
  expect(kinds).toBe('ppplllpllll')
  await using copy = await openTestGateway()
  await copy.car(answer.bytes)
  expect((await copy.ask(`/ipfs/${cid}/b.bin?filename=x.bin`)).bytes.equals(content)).toBe(true)
  const again = await gateway.ask(`/ipfs/${cid}?format=car`)
  expect(again.bytes.equals(answer.bytes)).toBe(true)
})

test('a CAR of a path begins with the blocks that prove the path', async () => {
  await using gateway = await openTestGateway()
  const files = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`d/${i}`, `${i}`]))
  const cid = await gateway.directory(files, { ...small, shard: { by: 'entries', from: 100 } })
  const answer = await gateway.ask(`/ipfs/${cid}/d/77?format=car`)
  const { roots, cids } = await unpack(answer.bytes)
  expect(roots.map(String)).toEqual([String(cid)])
  expect(cids[0]).toBe(String(cid))
  expect(cids.at(-1)).toBe(String(await gateway.file('77', small)))
  await using proof = await openTestGateway()
  await proof.car(answer.bytes)
  expect((await proof.ask(`/ipfs/${cid}/d/77`)).text).toBe('77')
  expect((await proof.ask(`/ipfs/${cid}/d/78`)).status).toBe(404)
})

test('scope and repeats can be chosen; what is not known is refused', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.file(Buffer.alloc(3000, 1), small)
  const count = async (query: string, accept = '') => (await unpack((await gateway.ask(`/ipfs/${cid}?format=car${query}`, { headers: { accept } })).bytes)).cids.length
  expect(await count('')).toBe(2)
  expect(await count('&car-dups=y')).toBe(4)
  expect(await count('', 'application/vnd.ipld.car; dups=y')).toBe(4)
  expect(await count('&car-dups=n', 'application/vnd.ipld.car; dups=y')).toBe(2)
  expect(await count('&dag-scope=block')).toBe(1)
  expect(await count('&dag-scope=entity')).toBe(2)
  for (const query of ['car-version=2', 'car-order=bfs', 'car-dups=maybe', 'dag-scope=some']) {
    expect((await gateway.ask(`/ipfs/${cid}?format=car&${query}`)).status).toBe(400)
  }
})

async function unpack(bytes: Uint8Array): Promise<{ roots: CID[]; cids: string[]; kinds: string }> {
  const { roots, blocks } = await readCar(one(bytes), { verify: true })
  const cids: string[] = []
  let kinds = ''
  for await (const { cid } of blocks) {
    cids.push(cid.toString())
    kinds += cid.code === codecs.raw ? 'l' : 'p'
  }
  return { roots, cids, kinds }
}

async function* one(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}
