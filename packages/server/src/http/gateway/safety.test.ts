import { expect, test } from 'vitest'
import { contentPolicy } from './safety.ts'
import { openTestGateway } from './gateway.fixture.ts'

const sandbox = { 'content-security-policy': 'sandbox' }

test.each([
  'text/html; charset=utf-8',
  'application/xhtml+xml',
  'image/svg+xml',
  'text/xml; charset=utf-8',
  'text/javascript; charset=utf-8',
  'text/css; charset=utf-8',
  'application/octet-stream',
  'application/wasm',
  'application/pdf',
  'multipart/x-mixed-replace',
  'inode/symlink',
])('%s is sandboxed where the origin is shared', (type) => {
  expect(contentPolicy(type, { style: 'path' })).toEqual(sandbox)
  expect(contentPolicy(type, { style: 'subdomain' })).toEqual({})
})

test.each(['text/plain; charset=utf-8', 'image/png', 'video/mp4', 'font/woff2', 'application/json'])('%s needs no sandbox', (type) => {
  expect(contentPolicy(type, { style: 'path' })).toEqual({})
})

test('script cannot reach the origin of the path gateway by any name or representation', async () => {
  await using gateway = await openTestGateway()
  const page = '<script>fetch("/api/v1/session")</script>'
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'
  const cid = await gateway.directory({ 'x.html': page, 'x.svg': svg, page, 'no-ext': svg, 'dir/index.html': page, 'x.weird': page, 'x.js': 'alert(1)' })
  for (const path of ['x.html', 'x.svg', 'page', 'no-ext', 'dir/', 'x.weird', 'x.js', 'x.js?filename=y.html', 'x.html?format=raw', '?format=car']) {
    const { status, headers } = await gateway.ask(`/ipfs/${cid}/${path}`)
    expect([path, status, headers['content-security-policy'], headers['x-content-type-options']]).toEqual([path, 200, 'sandbox', 'nosniff'])
    const partial = await gateway.ask(`/ipfs/${cid}/${path}`, { headers: { range: 'bytes=0-3' } })
    expect(partial.headers['content-security-policy']).toBe('sandbox')
  }
  const own = await gateway.ask('/x.html', { host: `${cid}.ipfs.localhost` })
  expect(own.headers['content-security-policy']).toBeUndefined()
})

test('a text that calls itself HTML in the query is treated as HTML', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.file('plain words')
  expect((await gateway.ask(`/ipfs/${cid}`)).headers['content-security-policy']).toBeUndefined()
  expect((await gateway.ask(`/ipfs/${cid}?filename=a.html`)).headers).toMatchObject(sandbox)
})

test('no reply sets a cookie or lacks nosniff, refusals included', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.directory({ 'a.txt': 'a' })
  for (const path of [`/ipfs/${cid}`, `/ipfs/${cid}/`, `/ipfs/${cid}/a.txt`, `/ipfs/${cid}/b`, '/ipfs/x', '/ipns/x', '/ipfs/%zz']) {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST']) {
      const { headers } = await gateway.ask(path, { method })
      expect(Object.keys(headers)).not.toContain('set-cookie')
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'access-control-allow-origin': '*' })
    }
  }
})

test('what a refusal echoes is plain text', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.directory({ a: 'a' })
  for (const path of ['/ipfs/<script>alert(1)</script>', `/ipfs/${cid}/%3Cscript%3E`]) {
    const { headers, text } = await gateway.ask(path)
    expect(text).toContain('<script>')
    expect(headers['content-type']).toBe('text/plain; charset=utf-8')
  }
})

test('a service worker is refused on the shared origin, and is fine on its own', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.directory({ 'sw.js': 'self' })
  const headers = { 'service-worker': 'script' }
  expect((await gateway.ask(`/ipfs/${cid}/sw.js`, { headers })).status).toBe(400)
  expect((await gateway.ask('/sw.js', { headers, host: `${cid}.ipfs.localhost` })).status).toBe(200)
})
