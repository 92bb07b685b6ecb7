import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fault } from '../../../kernel/faults.ts'
import { createGateway } from '../index.ts'
import { openTestGateway, type TestGateway } from '../gateway.fixture.ts'

const absent = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'
const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
const ask = (gateway: TestGateway, url: string, host?: string) => gateway.ask(url, { headers: browser, ...(host && { host }) })

test('browsers get a page, programs the words alone; caches keep neither', async () => {
  await using gateway = await openTestGateway()
  const page = await ask(gateway, `/ipfs/${absent}`)
  expect(page).toMatchObject({ status: 404, headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', vary: 'Accept', 'content-length': String(page.bytes.length) } })
  expect(page.headers['content-security-policy']).toContain("default-src 'none'")
  const words = await gateway.ask(`/ipfs/${absent}`, { headers: { accept: '*/*' } })
  expect(words).toMatchObject({ status: 404, text: `There is no block ${absent} here.\n`, headers: { 'content-type': 'text/plain; charset=utf-8', vary: 'Accept' } })
  const head = await gateway.ask(`/ipfs/${absent}`, { method: 'HEAD', headers: browser })
  expect([head.status, head.text, head.headers['content-length']]).toEqual([404, '', page.headers['content-length']])
})

test('a page says what was looked for and what to do', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.directory({ 'a/b.txt': 'b' })
  const missing = await ask(gateway, `/ipfs/${absent}/x%20y`)
  expect(missing.text).toContain(`<code translate="no">/ipfs/${absent}/x y</code>`)
  expect(missing.text).toContain('curl -X POST http://127.0.0.1:3000/psa/pins')
  expect(missing.text).toContain(`ipfs pin remote add --service=SERVICE ${absent}`)
  const astray = await ask(gateway, `/ipfs/${cid}/a/none.txt`)
  expect(astray.text).toContain(`<a href="/ipfs/${cid}/a/">the folder above</a>`)
  const own = await ask(gateway, '/a/none.txt', `${cid}.ipfs.localhost:3000`)
  expect(own.text).toContain('<a href="/a/">the folder above</a>')
  expect(own.text).toContain(`href="//localhost:3000/abuse?path=${encodeURIComponent(`/ipfs/${cid}/a/none.txt`)}"`)
  const elsewhere = await ask(gateway, '/', `${absent}.ipfs.localhost:3000`)
  expect(elsewhere.text).toContain('curl -X POST http://localhost:3000/psa/pins')
  expect((await ask(gateway, '/ipfs/nonsense')).text).toContain('<h1>This address is not valid</h1>')
  expect((await ask(gateway, `/ipfs/${cid}/a/b.txt?format=dag-cbor`)).text).toContain('<h1>Not available in this form</h1>')
})

test('a door that stays shut tells people where to sign in, and the log’s number is for them, too', async () => {
  await using gateway = await openTestGateway()
  const { refuse } = createGateway({ retrieval: gateway.retrieval, names: gateway.names })
  const request = { method: 'GET', host: 'h', path: '/gateway/web/ipfs/x', query: '', headers: browser, secure: true, signal: new AbortController().signal }
  expect(refuse(request, fault('UNAUTHENTICATED', { reason: 'no session' })).body).toContain('<a href="/">Sign in</a>')
  expect(refuse(request, fault('INTERNAL', { incident: '12345678' })).body).toContain('12345678')
  expect(refuse(request, fault('BLOCKED_BY_LAW', { rule: 'list:7' })).body).toContain('list:7')
})

test('whatever is asked for, the page has no markup of it', async () => {
  await using gateway = await openTestGateway()
  const cid = await gateway.directory({ a: 'a' })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(`/ipfs/${cid}/`, '/ipfs/', `/ipfs/${absent}/`, '/ipns/'), fc.array(fc.constantFrom('<script>', '"', "'", '&', '</code>', '%3Cimg%20src=x%3E', '%22', 'a', '/'), { minLength: 1, maxLength: 8 }), async (base, parts) => {
      const { status, text } = await ask(gateway, base + parts.join(''))
      if (status < 400) return
      expect(text).not.toMatch(/<script|<img|<\/code>[^<]*<\/code>/)
      expect(text.match(/<code/g)).toHaveLength(1)
    }),
    { numRuns: 200 },
  )
})
