import { profiles } from '@thole/dag'
import { expect, test } from 'vitest'
import { typeByName } from './media-types.ts'
import { sniffLength, typeByBytes } from './sniff.ts'
import { openTestGateway } from './gateway.fixture.ts'

test('the name decides where it tells', async () => {
  const types = {
    'a.html': 'text/html; charset=utf-8',
    'a.b.CSS': 'text/css; charset=utf-8',
    'x.mjs': 'text/javascript; charset=utf-8',
    'x.json': 'application/json',
    'x.svg': 'image/svg+xml',
    'x.woff2': 'font/woff2',
    'x.md': 'text/markdown; charset=utf-8',
    'x.unheard-of': undefined,
    html: undefined,
    'trailing.': undefined,
  }
  for (const [name, type] of Object.entries(types)) expect([name, typeByName(name)]).toEqual([name, type])
})

test.each([
  ['image/png', '\x89PNG\r\n\x1a\n\0\0'],
  ['image/jpeg', '\xff\xd8\xff\xe0'],
  ['image/webp', 'RIFF\x10\0\0\0WEBPVP8 '],
  ['application/octet-stream', 'LIST\x10\0\0\0WEBPVP8 '],
  ['image/avif', '\0\0\0\x1cftypavif\0'],
  ['video/mp4', '\0\0\0\x18ftypisom\0'],
  ['video/webm', '\x1a\x45\xdf\xa3\x01'],
  ['application/pdf', '%PDF-1.7\n'],
  ['application/wasm', '\0asm\x01\0\0\0'],
  ['application/zip', 'PK\x03\x04'],
  ['application/gzip', '\x1f\x8b\x08'],
  ['image/bmp', 'BM\x8a\0\0\0'],
  ['text/plain; charset=utf-8', 'BMW builds cars'],
  ['text/plain; charset=utf-8', 'ID3 is a tag format'],
  ['text/html; charset=utf-8', '\n <!DOCTYPE html><p>'],
  ['text/html; charset=utf-8', '<!-- a --> <!-- b --><Html>'],
  ['image/svg+xml', '<?xml version="1.0"?>\n<!-- drawn --><svg xmlns="http://www.w3.org/2000/svg">'],
  ['image/svg+xml', '<svg>'],
  ['text/xml; charset=utf-8', '<?xml version="1.0"?><feed>'],
  ['application/json', ' {"a": 1'],
  ['application/json', '[1, 2]'],
  ['text/plain; charset=utf-8', '[section]\nkey = value'],
  ['text/plain; charset=utf-8', '{ curly } words'],
  ['text/plain; charset=utf-8', ''],
  ['application/octet-stream', 'ab\0cd'],
  ['application/octet-stream', '\xff\xfe\xfd'],
])('the first bytes tell %s', (type, text) => {
  expect(typeByBytes(Buffer.from(text, 'latin1'))).toBe(type)
})

test('a character that the look ends in the middle of is still text', () => {
  const text = `${'a'.repeat(sniffLength - 1)}é and more`
  expect(typeByBytes(Buffer.from(text))).toBe('text/plain; charset=utf-8')
})

test('a thousand comments cost no time', () => {
  const begin = performance.now()
  typeByBytes(Buffer.from('<!---->'.repeat(150)))
  expect(performance.now() - begin).toBeLessThan(100)
})

test('a file without a telling name is looked into, once', async () => {
  await using gateway = await openTestGateway()
  const small = { ...profiles['unixfs-v1-2025'], chunkBytes: 2048 }
  const cid = await gateway.file(`<!doctype html>${'x'.repeat(20_000)}`, small)
  const first = await gateway.ask(`/ipfs/${cid}`)
  expect(first.headers['content-type']).toBe('text/html; charset=utf-8')
  gateway.reads = 0
  const last = await gateway.ask(`/ipfs/${cid}`, { headers: { range: 'bytes=-1' } })
  expect(last.headers['content-type']).toBe('text/html; charset=utf-8')
  expect(gateway.reads).toBe(2)
})

test('filename in the query names the type and the saved file', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.file('a,b\n')
  const shown = await gateway.ask(`/ipfs/${cid}?filename=table.csv`)
  expect(shown.headers).toMatchObject({ 'content-type': 'text/csv; charset=utf-8', 'content-disposition': 'inline; filename="table.csv"' })
  const saved = await gateway.ask(`/ipfs/${cid}?filename=t%C4%85%22b%0A.csv&download=true`)
  expect(saved.headers['content-disposition']).toBe(`attachment; filename="t_\\"b_.csv"; filename*=UTF-8''t%C4%85%22b%0A.csv`)
  const plain = await gateway.ask(`/ipfs/${cid}`)
  expect(plain.headers['content-disposition']).toBeUndefined()
})

test('a symlink is given as the text of its target', async () => {
  await using gateway = await openTestGateway()
  const target = Buffer.from('../elsewhere')
  const data = Buffer.concat([Buffer.from([0x08, 4, 0x12, target.length]), target])
  const cid = await gateway.block(0x70, Buffer.concat([Buffer.from([0x0a, data.length]), data]))
  const answer = await gateway.ask(`/ipfs/${cid}`)
  expect(answer).toMatchObject({ status: 200, text: '../elsewhere' })
  expect(answer.headers['content-type']).toBe('inode/symlink')
})
