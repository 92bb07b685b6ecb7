import { profiles } from '@thole/dag'
import { expect, test, vi } from 'vitest'
import { openToAll } from '../../domain/moderation/index.ts'
import { fault } from '../../kernel/faults.ts'
import { openTestGateway, type TestGateway } from './gateway.fixture.ts'

const host = 'site.example'

async function openSite(files: Record<string, string>, path = ''): Promise<TestGateway & { cid: string }> {
  const dnslinks = new Map<string, string>()
  const gateway = await openTestGateway({ dnslinkHosts: [host, '*.wild.example'] }, { dnslinks })
  const cid = String(await gateway.directory(files))
  dnslinks.set(host, `/ipfs/${cid}${path}`)
  return Object.assign(gateway, { cid })
}

test('a domain is a site of its own: all paths are its own, and what is active may run', async () => {
  await using gateway = await openSite({ 'index.html': '<script>1</script>', 'ipfs/x': 'inside', 'api/v1/y': 'mine', 'sub/z': 'z' })
  const index = await gateway.ask('/', { host: 'Site.Example:8080' })
  expect(index).toMatchObject({ status: 200, text: '<script>1</script>', headers: { 'x-ipfs-path': '/ipns/site.example/' } })
  expect(index.headers['content-security-policy']).toBeUndefined()
  expect(index.headers['cache-control']).toBeUndefined()
  expect((await gateway.ask('/ipfs/x', { host })).text).toBe('inside')
  expect((await gateway.ask('/api/v1/y', { host })).text).toBe('mine')
  expect((await gateway.ask(`/ipfs/${gateway.cid}`, { host })).status).toBe(404)
  expect((await gateway.ask('/sub?x=%20', { host })).headers.location).toBe('/sub/?x=%20')
  expect((await gateway.ask('/', { host: 'unknown.wild.example' })).status).toBe(502)
  expect((await gateway.ask('/', { host: 'other.example' })).status).toBe(404)
})

test('a DNSLink may lead to a path, below which the site lies', async () => {
  await using gateway = await openSite({ 'out/index.html': 'in', 'out/_redirects': '/old /new 301\n/* /404.html 404', 'out/404.html': 'gone', '_redirects': '/* /wrong 302', 'secret': 's' }, '/out')
  expect((await gateway.ask('/', { host })).text).toBe('in')
  expect((await gateway.ask('/old', { host })).headers.location).toBe('/new')
  expect(await gateway.ask('/secret', { host })).toMatchObject({ status: 404, text: 'gone' })
})

const files = {
  _redirects: '/one /two.html\n/away/* https://b.example/:splat?from=us 302\n/app/* /index.html 200\n/dir /sub 200\n/missing /not-there.html 200\n/gone/* /410.html 410\n/law /451.html 451\n/* /404.html 404\n',
  'index.html': 'the app',
  '404.html': 'no such page',
  '410.html': 'it went',
  '451.html': 'the law',
  'sub/index.html': 'below',
  'real/file': 'is here',
}

test('what is not there is looked up in _redirects', async () => {
  await using gateway = await openSite(files)
  const ask = (path: string, headers = {}) => gateway.ask(path, { host, headers })
  expect(await ask('/one?a=1')).toMatchObject({ status: 301, headers: { location: '/two.html?a=1' } })
  expect(await ask('/away/x%20y/?from=me')).toMatchObject({ status: 302, headers: { location: 'https://b.example/x%20y/?from=me' } })
  expect(await ask('/app/any/where')).toMatchObject({ status: 200, text: 'the app' })
  expect(await ask('/gone/x')).toMatchObject({ status: 410, text: 'it went' })
  expect(await ask('/law')).toMatchObject({ status: 451, text: 'the law' })
  expect(await ask('/real/nothing')).toMatchObject({ status: 404, text: 'no such page' })
  expect(await ask('/real/file')).toMatchObject({ status: 200, text: 'is here' })
  expect((await ask('/dir')).headers.location).toBe('/sub/')
  expect(await ask('/missing')).toMatchObject({ status: 404 })
})

test('a page that stands for another has its own tag; a conditional answer is given only where it is the content', async () => {
  await using gateway = await openSite(files)
  const ask = (path: string, headers = {}) => gateway.ask(path, { host, headers })
  const { etag } = (await ask('/app/x')).headers
  expect(etag).toBe((await ask('/index.html')).headers.etag)
  expect((await ask('/app/x', { 'if-none-match': etag })).status).toBe(304)
  expect((await ask('/app/x', { range: 'bytes=0-2' })).text).toBe('the')
  const missing = await ask('/nowhere')
  expect(await ask('/nowhere', { 'if-none-match': missing.headers.etag!, range: 'bytes=0-2' })).toMatchObject({ status: 404, text: 'no such page' })
  const head = await gateway.ask('/nowhere', { host, method: 'HEAD' })
  expect([head.status, head.headers['content-length'], head.text]).toEqual([404, '12', ''])
})

test('on the origin of a CID it is kept for ever; a domain can lead elsewhere tomorrow', async () => {
  await using gateway = await openSite(files)
  const own = `${gateway.cid}.ipfs.localhost`
  const immutable = 'public, max-age=29030400, immutable'
  for (const path of ['/nowhere', '/app/x', '/one']) {
    expect((await gateway.ask(path, { host: own })).headers['cache-control']).toBe(immutable)
    expect((await gateway.ask(path, { host })).headers['cache-control'] ?? '').not.toContain('immutable')
  }
})

test('where others share the origin, and for those who check what they get, nothing is redirected', async () => {
  await using gateway = await openSite(files)
  expect((await gateway.ask(`/ipfs/${gateway.cid}/one`)).status).toBe(404)
  expect((await gateway.ask('/one?format=raw', { host })).status).toBe(404)
  expect((await gateway.ask('/one', { host, headers: { accept: 'application/vnd.ipld.car' } })).status).toBe(404)
  expect((await gateway.ask('/one', { host, headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } })).status).toBe(301)
})

test('a file that is wrong is told about, for missing paths alone', async () => {
  await using gateway = await openSite({ _redirects: '/a /b 301!\n', 'real.txt': 'r' })
  const { status, text } = await gateway.ask('/nothing', { host })
  expect([status, text]).toEqual([500, 'This site has an error in it: could not parse _redirects: line 1: status 301! is not supported.\n'])
  expect((await gateway.ask('/real.txt', { host })).status).toBe(200)
})

test('a file that is too large is not read', async () => {
  await using gateway = await openSite({ _redirects: '#'.repeat(3 << 20) })
  await gateway.ask('/nothing', { host })
  gateway.reads = 0
  const { status, text } = await gateway.ask('/nothing', { host })
  expect(status).toBe(500)
  expect(text).toContain('could not parse _redirects: redirects file size cannot exceed 65536 bytes')
  expect(gateway.reads).toBeLessThan(6)
})

test('a directory of that name is none, and neither is a path through a file', async () => {
  await using gateway = await openSite({ '_redirects/x': 'y', 'a.txt': 'a' })
  expect((await gateway.ask('/nothing', { host })).status).toBe(404)
  expect((await gateway.ask('/a.txt/below', { host })).status).toBe(404)
})

test('a page that is blocked is blocked by any path that leads to it', async () => {
  const dnslinks = new Map<string, string>()
  const denied: string[] = []
  await using gateway = await openTestGateway({ dnslinkHosts: [host] }, { dnslinks })
  const cid = String(await gateway.directory({ _redirects: '/x /bad.html 200', 'bad.html': 'bad' }))
  dnslinks.set(host, `/ipfs/${cid}`)
  const { assertServed } = gateway.retrieval
  gateway.retrieval.assertServed = (root, names) => {
    denied.push((names ?? []).join('/'))
    return assertServed(root, names)
  }
  expect((await gateway.ask('/x', { host })).text).toBe('bad')
  expect(denied).toEqual(['x', 'bad.html'])
})

test('a page that is blocked under the name is blocked for those who come to it by a rule', async () => {
  const dnslinks = new Map<string, string>()
  const assertNameAllowed = (_: string, names: readonly string[] = []) => {
    if (names.join('/') === 'bad.html') throw fault('BLOCKED', { rule: 'r' })
  }
  await using gateway = await openTestGateway({ dnslinkHosts: [host] }, { dnslinks, moderation: { ...openToAll, assertNameAllowed } })
  dnslinks.set(host, `/ipfs/${await gateway.directory({ _redirects: '/x /bad.html 200\n/y /good.html 200', 'bad.html': 'bad', 'good.html': 'good' })}`)
  expect((await gateway.ask('/y', { host })).text).toBe('good')
  expect((await gateway.ask('/bad.html', { host })).status).toBe(410)
  expect((await gateway.ask('/x', { host })).status).toBe(410)
})

test('a file that is wrong is not read again at each request', async () => {
  await using gateway = await openTestGateway()
  const root = await gateway.directory({ _redirects: '/a /b 301!\n' }, profiles['unixfs-v0-2015'])
  const content = vi.spyOn(gateway.retrieval, 'content')
  for (let i = 0; i < 3; i++) expect((await gateway.ask('/nothing', { host: `${root.toV1()}.ipfs.localhost` })).status).toBe(500)
  expect(content).toHaveBeenCalledTimes(1)
})
