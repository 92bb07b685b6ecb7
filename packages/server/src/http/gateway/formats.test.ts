import * as dagCbor from '@ipld/dag-cbor'
import { codecs, profiles, readCar, verifyBlock } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { expect, test } from 'vitest'
import { negotiate } from './negotiate.ts'
import { openTestGateway } from './gateway.fixture.ts'

const small = { ...profiles['unixfs-v1-2025'], chunkBytes: 1000, width: 4 }

test.each([
  ['', '', undefined, true],
  ['', '*/*', undefined, true],
  ['', 'text/html,application/xhtml+xml,*/*;q=0.8', undefined, true],
  ['', 'application/vnd.ipld.raw', 'raw', false],
  ['', '*/*, application/vnd.ipld.raw', 'raw', true],
  ['', 'application/vnd.ipld.raw;q=0.5, application/vnd.ipld.car; version=1;q=0.9', 'car', false],
  ['', 'application/vnd.ipld.raw;q=0', undefined, true],
  ['', 'text/html, application/vnd.ipld.raw;q=0.5', undefined, true],
  ['', 'application/json, text/plain, */*', 'json', true],
  ['format=raw', 'application/vnd.ipld.car', 'raw', false],
])('query "%s", Accept "%s"', (query, accept, format, loose) => {
  expect(negotiate(new URLSearchParams(query), accept)).toMatchObject({ format, loose })
})

test('a raw block, by query and by Accept', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.directory({ 'a/b.txt': 'content of b' })
  const leaf = await gateway.file('content of b')
  const named = await gateway.ask(`/ipfs/${cid}/a/b.txt?format=raw`)
  expect(named).toMatchObject({ status: 200, text: 'content of b' })
  expect(named.headers).toMatchObject({
    'content-type': 'application/vnd.ipld.raw',
    'content-disposition': `attachment; filename="${leaf}.bin"`,
    'content-length': '12',
    etag: `"${leaf}.raw"`,
    vary: 'Accept',
  })
  const accepted = await gateway.ask(`/ipfs/${cid}/a/b.txt?x=y`, { headers: { accept: 'application/vnd.ipld.raw' } })
  expect(accepted.text).toBe('content of b')
  expect(accepted.headers['content-location']).toBe(`/ipfs/${cid}/a/b.txt?x=y&format=raw`)
  const root = await gateway.ask(`/ipfs/${cid}?format=raw`)
  verifyBlock({ cid, bytes: root.bytes })
  const range = await gateway.ask(`/ipfs/${leaf}?format=raw`, { headers: { range: 'bytes=-1' } })
  expect(range).toMatchObject({ status: 206, text: 'b' })
})

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
  for (const query of ['car-version=2', 'car-order=bfs', 'car-dups=maybe', 'dag-scope=some', 'entity-bytes=0:1']) {
    expect((await gateway.ask(`/ipfs/${cid}?format=car&${query}`)).status).toBe(400)
  }
})

test('data blocks are given as their own codec, and as no other', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.block(codecs.dagJson, Buffer.from('{"a":{"b":1}}'))
  expect(await gateway.ask(`/ipfs/${cid}`)).toMatchObject({ status: 200, text: '{"a":{"b":1}}', headers: { 'content-type': 'application/vnd.ipld.dag-json' } })
  expect((await gateway.ask(`/ipfs/${cid}`, { headers: { accept: 'application/json' } })).headers).toMatchObject({ 'content-type': 'application/json', etag: `"${cid}.json"` })
  expect((await gateway.ask(`/ipfs/${cid}?format=dag-cbor`)).status).toBe(406)
  expect((await gateway.ask(`/ipfs/${cid}`, { headers: { accept: 'application/cbor, */*;q=0.1' } })).status).toBe(200)
  expect((await gateway.ask(`/ipfs/${cid}/a/b`)).status).toBe(501)
  expect((await gateway.ask(`/ipfs/${cid}/a/c`)).status).toBe(404)
})

test('a path goes through dag-cbor links into UnixFS', async () => {
  await using gateway = await openTestGateway()
  const file = await gateway.directory({ 'metadata.json': '{}' })
  const cid = await gateway.block(codecs.dagCbor, dagCbor.encode({ nft: { meta: file } }))
  const answer = await gateway.ask(`/ipfs/${cid}/nft/meta/metadata.json`)
  expect(answer).toMatchObject({ status: 200, text: '{}', headers: { 'content-type': 'application/json' } })
  expect(answer.headers['x-ipfs-roots']?.split(',')).toHaveLength(3)
  expect((await gateway.ask(`/ipfs/${cid}`)).headers).toMatchObject({ 'content-type': 'application/vnd.ipld.dag-cbor', 'content-disposition': `attachment; filename="${cid}.cbor"` })
})

test('a file is given as JSON where it is JSON, else refused', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.directory({ 'x.json': '{}', 'x.txt': 'x' })
  const accept = { headers: { accept: 'application/json' } }
  expect((await gateway.ask(`/ipfs/${cid}/x.json`, accept)).status).toBe(200)
  expect((await gateway.ask(`/ipfs/${cid}/x.txt`, accept)).status).toBe(406)
  expect((await gateway.ask(`/ipfs/${cid}/x.txt`, { headers: { accept: 'application/json, */*' } })).status).toBe(200)
  expect((await gateway.ask(`/ipfs/${cid}/?format=dag-json`)).status).toBe(406)
  expect((await gateway.ask(`/ipfs/${cid}?format=tar`)).status).toBe(501)
  expect((await gateway.ask(`/ipfs/${cid}?format=ipns-record`)).status).toBe(400)
})

test('the headers say where the content was found', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.directory({ 'ą/b c.txt': 'x', 'plain/p.txt': 'p' })
  const odd = await gateway.ask(`/ipfs/${cid}/%c4%85/b%20c.txt`)
  expect(odd.headers['x-ipfs-path']).toBe(`/ipfs/${cid}/%C4%85/b%20c.txt`)
  expect(odd.headers['x-ipfs-roots']?.split(',')).toHaveLength(3)
  expect(odd.headers['cache-control']).toBe('public, max-age=29030400, immutable')
  expect((await gateway.ask(`/ipfs/${cid}/plain/`)).headers['x-ipfs-path']).toBe(`/ipfs/${cid}/plain/`)
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
