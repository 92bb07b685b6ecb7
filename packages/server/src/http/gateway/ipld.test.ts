import * as dagCbor from '@ipld/dag-cbor'
import { codecs } from '@thole/dag'
import { expect, test } from 'vitest'
import { openTestGateway } from './gateway.fixture.ts'

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
  expect((await gateway.ask(`/ipfs/${cid}?format=ipns-record`)).status).toBe(400)
})

test('a page for people shows values as they are, links as links, and runs nothing', async () => {
  await using gateway = await openTestGateway()
  const link = await gateway.file('linked')
  const value = { link, list: [1, 2.5, null, true, []], '<b>': '<script>alert(1)</script>', bytes: new Uint8Array(2048), big: 2n ** 60n }
  const cid = await gateway.block(codecs.dagCbor, dagCbor.encode(value))
  const { text, headers } = await gateway.ask(`/ipfs/${cid}`, { headers: { accept: 'text/html' } })
  expect(text).toContain(`&#34;link&#34;: <a href="/ipfs/${link}">${link}</a>`)
  expect(text).toContain('&#34;&#60;b&#62;&#34;: &#34;&#60;script&#62;alert(1)&#60;/script&#62;&#34;')
  expect(text).toContain('&#34;list&#34;: [\n    1,\n    2.5,\n    null,\n    true,\n    []\n  ]')
  expect(text).toContain('<em>2 KiB</em>')
  expect(text).toContain('1152921504606846976')
  expect(headers['content-security-policy']).toMatch(/^default-src 'none'/)
  const host = `${cid}.ipfs.localhost:3000`
  expect((await gateway.ask('/', { host, headers: { accept: 'text/html' } })).text).toContain(`<a href="//localhost:3000/ipfs/${link}">`)
})

test('what takes long to decode is not shown, but given', async () => {
  await using gateway = await openTestGateway()
  const page = async (value: unknown) => {
    const cid = await gateway.block(codecs.dagCbor, dagCbor.encode(value))
    expect((await gateway.ask(`/ipfs/${cid}`)).bytes).toHaveLength(dagCbor.encode(value).length)
    return (await gateway.ask(`/ipfs/${cid}`, { headers: { accept: 'text/html' } })).text
  }
  expect(await page(Array.from({ length: 9000 }, () => 1))).toContain('<pre')
  for (const value of [Array.from({ length: 11_000 }, () => 1), 'x'.repeat(200_000)]) {
    const text = await page(value)
    expect(text).toContain('It is too large to be shown.')
    expect(text.length).toBeLessThan(10_000)
  }
  let deep: unknown = 1
  for (let i = 0; i < 1000; i++) deep = [deep]
  expect(await page(deep)).toContain('<pre')
})

test('a block that is not what its CID says is refused, not shown', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.block(codecs.dagCbor, Buffer.from([0xff]))
  expect((await gateway.ask(`/ipfs/${cid}`, { headers: { accept: 'text/html' } })).status).toBe(400)
  expect((await gateway.ask(`/ipfs/${cid}?format=raw`)).status).toBe(200)
})
