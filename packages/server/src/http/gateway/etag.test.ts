import { expect, test } from 'vitest'
import { allowsRange, isKnown } from './etag.ts'
import { openTestGateway } from './gateway.fixture.ts'

test.each([
  ['"a"', true],
  ['W/"a"', true],
  ['"b", "a"', true],
  ['"b",W/"a","c"', true],
  ['*', true],
  ['"b"', false],
  ['a', false],
  ['"a.raw"', false],
  ['', false],
])('If-None-Match: %s', (header, known) => {
  expect(isKnown(header, '"a"')).toBe(known)
})

test('a weak tag permits no range', () => {
  expect(allowsRange('W/"a"', 'W/"a"')).toBe(false)
})

test('every representation of a root has a tag of its own, and is not sent to who has it', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.file('x'.repeat(3000))
  const tags = new Set<string>()
  for (const url of [`/ipfs/${cid}`, `/ipfs/${cid}?format=raw`, `/ipfs/${cid}?format=car`, `/ipfs/${cid}?format=car&car-dups=y`, `/ipfs/${cid}?format=car&dag-scope=block`]) {
    const { headers } = await gateway.ask(url)
    tags.add(headers['etag']!)
    const again = await gateway.ask(url, { headers: { 'if-none-match': `"other", ${headers['etag']}`, range: 'bytes=0-1' } })
    expect(again).toMatchObject({ status: 304, text: '' })
    expect(again.headers['etag']).toBe(headers['etag'])
    expect(again.headers['cache-control']).toBe('public, max-age=29030400, immutable')
    expect(again.headers['content-type']).toBeUndefined()
    const stale = await gateway.ask(url, { headers: { 'if-none-match': '"bafkqaaa"' } })
    expect(stale.status).toBe(200)
  }
  expect(tags.size).toBe(5)
  expect(tags).toContain(`"${cid}"`)
})

test('a star does not make 304 of what is not there', async () => {
  await using gateway = await openTestGateway()
  const cid = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'
  const answer = await gateway.ask(`/ipfs/${cid}`, { headers: { 'if-none-match': '*' } })
  expect(answer.status).toBe(404)
})

test('an index page carries the tag of its directory', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.directory({ 'index.html': 'hi', 'a.txt': 'a' })
  const { headers } = await gateway.ask(`/ipfs/${cid}/`)
  expect(headers['etag']).toBe(`"${cid}"`)
  expect((await gateway.ask(`/ipfs/${cid}/`, { headers: { 'if-none-match': `"${cid}"` } })).status).toBe(304)
})

test('HEAD is GET without the body, and without reading for it', async () => {
  await using gateway = await openTestGateway()
  const file = await gateway.file(Buffer.alloc(5 * 1024 * 1024, 'a'))
  const directory = await gateway.directory({ 'a.txt': 'a' })
  const urls = [
    [`/ipfs/${file}`, 2],
    [`/ipfs/${file}?filename=a.txt`, 1],
    [`/ipfs/${file}?format=car`, 1],
    [`/ipfs/${file}?format=raw`, 1],
    [`/ipfs/${directory}/a.txt`, 2],
    [`/ipfs/${directory}`, 1],
    [`/ipfs/${directory}/`, 2],
    [`/ipfs/${directory}/none`, 1],
  ] as const
  for (const [url, reads] of urls) {
    gateway.reads = 0
    const head = await gateway.ask(url, { method: 'HEAD' })
    expect([url, gateway.reads]).toEqual([url, reads])
    const get = await gateway.ask(url)
    expect(head).toMatchObject({ status: get.status, headers: get.headers, text: '' })
  }
  const range = { range: 'bytes=5-6' }
  const head = await gateway.ask(`/ipfs/${file}`, { method: 'HEAD', headers: range })
  const get = await gateway.ask(`/ipfs/${file}`, { headers: range })
  expect(head).toMatchObject({ status: 206, headers: get.headers, text: '' })
})
