import { canonicalCid, codecs, parseCid } from '@thole/dag'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createGateway } from './index.ts'
import { openTestGateway } from './gateway.fixture.ts'

const absent = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'

test.each([
  ['/ipfs/', 400, 'invalid path'],
  ['/ipfs/nonsense', 400, 'invalid path "/ipfs/nonsense"'],
  ['/ipfs/QmInvalid/x', 400, 'invalid path "/ipfs/QmInvalid"'],
  ['/ipfs/12D3KooWLQzUv2FHWGVPXTXSZpdHs7oHbXub2G5WC8Tx4NQhyd2d', 400, 'IPNS name'],
  [`/ipfs/${absent}`, 404, absent],
  [`/ipfs/${absent}/%zz`, 400, 'percent escape'],
  [`/ipfs/${absent}/%ff`, 400, 'percent escape'],
  [`/ipfs/${absent}/../x`, 400, 'dot segments'],
  [`/ipfs/${absent}/%2e%2e/x`, 400, 'dot segments'],
  [`/ipfs/${absent}?format=docx`, 400, 'format is one of'],
  ['/ipns/example.org', 502, 'The name example.org leads nowhere'],
  ['/ipns/', 400, 'invalid path "/ipns/"'],
  ['/ipns/localhost/x', 400, 'neither a key nor a domain'],
])('%s is %d', async (path, status, words) => {
  await using gateway = await openTestGateway()
  const answer = await gateway.ask(path)
  expect(answer.status).toBe(status)
  expect(answer.text).toContain(words)
  expect(answer.headers).toMatchObject({ 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', 'content-length': String(answer.bytes.length) })
})

const account = { id: 'an account', email: 'a@example.org', role: 'user', created: 1, suspended: false } as const

test('404 names the segment that is missing', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.directory({ 'a/b.txt': 'b' })
  const missing = await gateway.ask(`/ipfs/${cid}/a/c%20d/e`)
  expect(missing).toMatchObject({ status: 404 })
  expect(missing.text).toContain('"c d"')
  const through = await gateway.ask(`/ipfs/${cid}/a/b.txt/x`)
  expect(through.status).toBe(404)
  expect(through.text).toContain('not a directory')
})

test('only GET, HEAD and OPTIONS', async () => {
  await using gateway = await openTestGateway()
  for (const method of ['POST', 'PUT', 'DELETE', 'TRACE', 'PROPFIND']) {
    const answer = await gateway.ask(`/ipfs/${absent}`, { method })
    expect(answer.status).toBe(405)
    expect(answer.headers['allow']).toBe('GET, HEAD, OPTIONS')
  }
  const preflight = await gateway.ask(`/ipfs/${absent}`, { method: 'OPTIONS' })
  expect(preflight.status).toBe(200)
  expect(preflight.headers).toMatchObject({ 'access-control-allow-origin': '*', 'access-control-allow-methods': 'GET, HEAD, OPTIONS' })
  expect(preflight.headers['access-control-expose-headers']).toContain('Content-Range')
})

test('only-if-cached turns what is not here into 412', async () => {
  await using gateway = await openTestGateway()
  const headers = { 'cache-control': 'no-transform, only-if-cached' }
  expect((await gateway.ask(`/ipfs/${absent}`, { headers })).status).toBe(412)
  const cid = await gateway.file('here')
  expect((await gateway.ask(`/ipfs/${cid}`, { headers })).status).toBe(200)
})

test('what nothing holds any more is not served; what was never named is', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.file('content')
  const key = canonicalCid(cid)
  expect((await gateway.ask(`/ipfs/${cid}`)).status).toBe(200)
  await gateway.db.write(async (w) => {
    await w.dags.lock(key, Date.now())
    await w.accounts.insert(account)
    await w.dags.hold(account.id, key)
  })
  expect((await gateway.ask(`/ipfs/${cid}`)).status).toBe(200)
  await gateway.db.write((w) => w.dags.release(account.id, key, 1, Date.now()))
  for (const url of [`/ipfs/${cid}`, `/ipfs/${cid}?format=raw`, `/ipfs/${cid}?format=car`]) {
    expect(await gateway.ask(url)).toMatchObject({ status: 404 })
  }
  expect(await gateway.retrieval.server.get(cid)).toBeUndefined()
  const parent = await gateway.directory({ 'held.txt': 'content' })
  expect((await gateway.ask(`/ipfs/${parent}/held.txt`)).text).toBe('content')
})

test('each root that was given is counted, under one spelling', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.directory({ 'a.txt': 'a' })
  const key = canonicalCid(cid)
  await gateway.db.write(async (w) => {
    await w.dags.lock(key, Date.now())
    await w.accounts.insert(account)
    await w.dags.hold(account.id, key)
  })
  await gateway.ask(`/ipfs/${cid}/a.txt`)
  await gateway.ask(`/ipfs/${cid}/a.txt`, { headers: { range: 'bytes=0-0' } })
  await gateway.ask('/a.txt', { host: `${cid}.ipfs.localhost` })
  await gateway.ask(`/ipfs/${cid}/a.txt`, { method: 'HEAD' })
  await gateway.ask(`/ipfs/${cid}/none`)
  await gateway.ask(`/ipfs/${cid}`)
  await gateway.retrieval.close()
  expect((await gateway.db.read((r) => r.dags.get(key)))?.visits).toBe(3)
})

test('a block that breaks off a body breaks the body, not the process', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.file(Buffer.alloc(3 * 1024 * 1024, 7))
  const last = await gateway.file(Buffer.alloc(1024 * 1024, 7))
  await using partial = await openTestGateway()
  await partial.car((await gateway.ask(`/ipfs/${cid}?format=car`)).bytes, [last.toString()])
  for (const url of [`/ipfs/${cid}`, `/ipfs/${cid}?format=car`]) {
    await expect(partial.ask(url)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  }
})

test('a broken store is 500 with a number, and the log gets the rest', async () => {
  await using gateway = await openTestGateway()
  const reported: unknown[] = []
  await gateway.db.close()
  const closed = createGateway({ retrieval: gateway.retrieval, names: gateway.names, report: (found) => reported.push(found) })
  const cid = await gateway.file('x')
  const reply = await closed.handle({ method: 'GET', host: 'h', path: `/ipfs/${cid}`, query: '', headers: {}, secure: false, signal: new AbortController().signal })
  expect(reply.status).toBe(500)
  expect(reply.body).toMatch(/^Something failed here; the log knows it as [0-9a-f]{8}\.\n$/)
  expect(reported).toMatchObject([{ code: 'INTERNAL' }])
})

test('blocks that lie about what they are are refused, never a crash', async () => {
  await using gateway = await openTestGateway()
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...Object.values(codecs)), fc.uint8Array({ maxLength: 200 }), async (codec, bytes) => {
      const cid = await gateway.block(codec, bytes)
      for (const suffix of ['', '/', '/x', '?format=car']) {
        const answer = await gateway.ask(`/ipfs/${cid}${suffix}`).catch((error: { code: string }) => error)
        if ('status' in answer) expect(answer.status).not.toBe(500)
        else expect(answer.code).toBe('INVALID_REQUEST')
      }
    }),
    { numRuns: 300 },
  )
})

test('any path and host is answered', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.directory({ 'a/b': 'c' })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(`/ipfs/${cid}`, '/ipfs', '/ipns', ''), fc.webPath(), fc.webQueryParameters(), fc.constantFrom('h', 'localhost', `${cid}.ipfs.localhost`), async (base, path, query, host) => {
      const { status } = await gateway.ask(`${base}${path}?${query}`, { host })
      expect([200, 301, 400, 404, 501]).toContain(status)
    }),
    { numRuns: 300 },
  )
})

test('CIDs in any spelling name the same content', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.file('same')
  expect((await gateway.ask(`/ipfs/${parseCid(String(cid)).toString()}`)).text).toBe('same')
  expect((await gateway.ask('/ipfs/bafkqabdtmfwwk')).text).toBe('same')
})
