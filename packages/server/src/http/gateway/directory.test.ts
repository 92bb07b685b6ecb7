import { createHash } from 'node:crypto'
import { profiles } from '@thole/dag'
import { expect, test } from 'vitest'
import { bytesOf, openTestGateway } from './gateway.fixture.ts'

test('a directory gets its slash, with path and query kept and encoded', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.directory({ 'a ö/b?/c.txt': 'c' })
  const root = await gateway.ask(`/ipfs/${cid}?x=1&y=%20`)
  expect(root.status).toBe(301)
  expect(root.headers['location']).toBe(`/ipfs/${cid}/?x=1&y=%20`)
  const deep = await gateway.ask(`/ipfs/${cid}/a%20%c3%b6/b%3f`)
  expect(deep.headers['location']).toBe(`/ipfs/${cid}/a%20%C3%B6/b%3F/`)
})

test('the slash never makes another host of a path', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.directory({ 'evil.example/a.txt': 'a' })
  const answer = await gateway.ask('//evil.example', { host: `${cid}.ipfs.localhost` })
  expect(answer).toMatchObject({ status: 301, headers: { location: '/evil.example/' } })
})

test('index.html wins over a listing', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.directory({ 'index.html': '<h1>mine</h1>', 'sub/x.txt': 'x' })
  const answer = await gateway.ask(`/ipfs/${cid}/`)
  expect(answer).toMatchObject({ status: 200, text: '<h1>mine</h1>' })
  expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
  expect(answer.headers['x-ipfs-roots']).toBe(String(cid))
  expect((await gateway.ask(`/ipfs/${cid}/sub/`)).text).toContain('Index of')
})

test('a folder that is called index.html is listed', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.directory({ 'index.html/x.txt': 'x' })
  expect((await gateway.ask(`/ipfs/${cid}/`)).text).toContain('href="/ipfs/')
})

test('an index page that is not stored is missing, not replaced by a list', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.directory({ 'index.html': 'page' })
  const page = await gateway.file('page')
  await using partial = await openTestGateway()
  await partial.car((await gateway.ask(`/ipfs/${cid}?format=car`)).bytes, [page.toString()])
  const answer = await partial.ask(`/ipfs/${cid}/`)
  expect(answer.status).toBe(404)
  expect(answer.text).toContain(page.toString())
})

test('the list shows names, sizes, CIDs and the way up, and runs nothing', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.directory({ 'sub/<img src=x onerror=alert(1)> & "q".txt': 'abc', 'sub/ü.bin': Buffer.alloc(2048), 'top.txt': 't' })
  const { headers, text } = await gateway.ask(`/ipfs/${cid}/sub/`)
  expect(headers['content-type']).toBe('text/html; charset=utf-8')
  expect(headers['cache-control']).toBe('public, max-age=604800, stale-while-revalidate=2678400')
  expect(text).not.toContain('<img')
  expect(text).toContain('&#60;img src=x onerror=alert(1)&#62; &#38; &#34;q&#34;.txt')
  expect(text).toContain(`href="/ipfs/${cid}/sub/%C3%BC.bin">ü.bin</a>`)
  expect(text).toContain('2 KiB')
  expect(text).toContain(`<a href="/ipfs/${cid}/sub/..">..</a>`)
  expect(text).toContain(`/ipfs/<a href="/ipfs/${cid}">${cid}</a>/<a href="/ipfs/${cid}/sub">sub</a>`)
  const child = await gateway.file('abc')
  expect(text).toContain(`href="/ipfs/${child}?filename=%253Cimg`)
  expect((await gateway.ask(`/ipfs/${cid}/`)).text).not.toContain('>..</a>')

  const style = /<style>(.*?)<\/style>/s.exec(text)![1]!
  const hash = createHash('sha256').update(style).digest('base64')
  expect(headers['content-security-policy']).toBe(`default-src 'none'; style-src 'sha256-${hash}'; img-src 'self'; base-uri 'none'; form-action 'none'`)
  expect(text).not.toMatch(/<script|style=|javascript:/i)
})

test('the list has a tag that names the directory', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.directory({ 'a.txt': 'a' })
  const { headers } = await gateway.ask(`/ipfs/${cid}/`)
  expect(headers['etag']).toMatch(new RegExp(`^"DirIndex-[0-9a-f]{8}_CID-${cid}"$`))
  expect((await gateway.ask(`/ipfs/${cid}/`, { headers: { 'if-none-match': headers['etag']! } })).status).toBe(304)
})

test('ten thousand entries in shards are streamed in pieces, and read no child', async () => {
  await using gateway = await openTestGateway()
  const files = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`file-${i}.txt`, `${i % 7}`]))
  const cid = await gateway.directory(files, profiles['unixfs-v1-2025'])
  gateway.reads = 0
  const reply = await gateway.handle({ method: 'GET', host: 'h', path: `/ipfs/${cid}/`, query: '', headers: {}, secure: false, signal: new AbortController().signal })
  const pieces: Uint8Array[] = []
  for await (const piece of reply.body as AsyncIterable<Uint8Array>) pieces.push(piece)
  const page = Buffer.concat(pieces).toString()
  expect(pieces.length).toBeGreaterThan(50)
  expect(page.match(/href="[^"]*\/file-\d+\.txt"/g)).toHaveLength(10_000)
  expect(page.endsWith('</html>\n')).toBe(true)
  const blocks = (await gateway.blocks.stats()).blocks
  expect(gateway.reads).toBeLessThan(blocks)

  gateway.reads = 0
  expect((await gateway.ask(`/ipfs/${cid}/file-9999.txt`)).text).toBe('3')
  expect(gateway.reads).toBeLessThan(6)
})

test('a list that is cut says so', async () => {
  await using gateway = await openTestGateway({ maxListed: 3 })
  const five = await gateway.directory({ a: '1', b: '2', c: '3', d: '4', e: '5' })
  const three = await gateway.directory({ a: '1', b: '2', c: '3' })
  const cut = await gateway.ask(`/ipfs/${five}/`)
  expect(cut.text).toContain('Only the first 3 entries are listed.')
  expect(cut.text).not.toContain('/d"')
  expect((await gateway.ask(`/ipfs/${three}/`)).text).not.toContain('Only the first')
})

test('images are shown beside their names, unless they are large; everything else has a sign', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.directory({ 'd/a "b".png': 'x', 'd/large.png': Buffer.alloc(5 << 20), 'd/none': 'x', 'd/sub/y': 'y' })
  const { text } = await gateway.ask(`/ipfs/${cid}/d/`)
  expect(text.match(/<img [^>]*>/g)).toEqual([`<img class="icon" src="/ipfs/${cid}/d/a%20%22b%22.png" alt="" loading="lazy" decoding="async">`])
  expect(text).toContain('<use href="#i-image"/></svg><a href="/ipfs/' + cid + '/d/large.png">')
  expect(text).toContain('<use href="#i-file"/></svg><a href="/ipfs/' + cid + '/d/none">')
  expect(text).toContain('<use href="#i-folder"/></svg><a href="/ipfs/' + cid + '/d/sub">')
  expect(text).toContain('4 entries, 5.0 MiB')
  expect(text).toContain('href="?format=tar&amp;filename=d.tar"')
  expect(text).toContain(`href="/abuse?path=${encodeURIComponent(`/ipfs/${cid}/d/`)}"`)
})

test('behind a door of its own, a page leads nowhere else', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.directory({ 'd/a.png': 'x' })
  const request = { method: 'GET', host: 'localhost', path: `/ipfs/${cid}/d/`, query: '', headers: {}, secure: false, signal: new AbortController().signal, mount: { prefix: '/gateway/web' } }
  const page = (await bytesOf(await gateway.handle(request))).toString()
  const links = [...page.matchAll(/(?:href|src)="([^"?#][^"]*)"/g)].map(([, link]) => link!).filter((link) => !link.startsWith('/abuse'))
  expect(links.length).toBeGreaterThan(4)
  expect(links.filter((link) => !link.startsWith('/gateway/web/ipfs/'))).toEqual([])
  expect((await gateway.handle({ ...request, path: `/ipfs/${cid}/d` })).headers.location).toBe(`/gateway/web/ipfs/${cid}/d/`)
})
