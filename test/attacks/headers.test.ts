import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { client, form, type Client } from '../support/api.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { say, type RawAnswer } from './raw.ts'

let server: TestServer
let api: Client
let key: string
let cookie: string

beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none', THOLE_PUBLIC_URL: 'http://dashboard.test' })
  key = await server.createKey()
  api = client(server.url, key)
  const signedIn = await fetch(`${server.url}/api/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' }, body: JSON.stringify(server.admin) })
  cookie = signedIn.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ')
})
afterAll(() => server?.stop())

async function get(path: string, host = 'dashboard.test', headers: Record<string, string> = {}): Promise<RawAnswer> {
  const lines = Object.entries({ host, connection: 'close', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  const answers = await say(server.url, `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`)
  expect([path, answers.length]).toEqual([path, 1])
  return answers[0]!
}

const header = ({ headers }: RawAnswer, name: string) => headers.filter(([one]) => one === name).map(([, value]) => value).join(', ')

const breaks = ['\r\nSet-Cookie: thole.session=planted', '\nSet-Cookie: thole.session=planted', '\u2028Set-Cookie: thole.session=planted', '\u560a\u560dSet-Cookie: thole.session=planted', '"; filename=evil.exe; x="', '\0']

describe('names that want to be headers', () => {
  test.each(breaks)('%j in what a file is called stays a name', async (text) => {
    const name = `a${text}b`
    const { body } = await api.upload(form({ [`x/${name.replaceAll('"', '%22').replaceAll('\0', '')}`]: 'content', 'x/other.txt': 'o' }))
    const { cid } = body.roots[0]
    const paths = [
      `/ipfs/${cid}/x/${encodeURIComponent(name)}`, `/ipfs/${cid}/x/`, `/ipfs/${cid}/x?format=car`, `/ipfs/${cid}/x/other.txt?filename=${encodeURIComponent(name)}&download=true`,
      `/ipfs/${cid}?format=tar&filename=${encodeURIComponent(name)}`, `/ipfs/${cid}/${encodeURIComponent(name)}`, `/web3/car/${cid}`, `/api/gateway/${cid}/${encodeURIComponent(name)}`, `/${encodeURIComponent(name)}`,
    ]
    for (const path of paths) {
      const answer = await get(path)
      expect([path, answer.headers.map(([one]) => one)]).toEqual([path, expect.not.arrayContaining(['set-cookie'])])
      for (const [one, value] of answer.headers) expect([path, one, value]).toEqual([path, expect.stringMatching(/^[\w-]+$/), expect.stringMatching(/^[\x20-\x7e]*$/)])
      expect(header(answer, 'content-disposition').match(/(?<!\\)"/g)?.length ?? 2).toBe(2)
    }
  })

  test('in _redirects and in addresses neither', async () => {
    const rules = '/a/* /b/:splat 301\n/c/:x https://elsewhere.test/:x 302\n/d/:x /:x 302\n'
    const { body } = await api.upload(form({ 'index.html': 'home', _redirects: rules }))
    const site = `${body.roots[0].cid}.ipfs.localhost`
    for (const text of ['%0d%0aSet-Cookie:planted=1', '%E5%98%8A%E5%98%8DSet-Cookie:planted=1', '%00', '%5c%5cevil.test', '//evil.test', '%2f%2fevil.test', '\\evil.test', '.evil.test', '@evil.test']) {
      for (const start of ['/a/', '/c/', '/d/', '/d//']) {
        const answer = await get(start + text, site)
        expect([start + text, header(answer, 'set-cookie')]).toEqual([start + text, ''])
        const to = header(answer, 'location')
        if (to === '') continue
        // What a visitor writes into the path never chooses the host.
        expect([start + text, new URL(to, `http://${site}`).host]).toEqual([start + text, start === '/c/' ? 'elsewhere.test' : site])
      }
    }
  })
})

describe('redirects lead nowhere that whoever made the link may choose', () => {
  const own = ['dashboard.test', 'localhost', '127.0.0.1']
  const tries = [
    '//evil.test', '//evil.test/%2f..', '/\\evil.test', '/%5cevil.test', '/%09/evil.test', '/ipfs//evil.test', '/ipns//evil.test', '/ipfs/?uri=ipfs://evil.test/x', '/ipfs/?uri=//evil.test', '/ipfs/?uri=https://evil.test', '/ipfs/?uri=ipfs://%2f%2fevil.test',
    '/ipfs/?uri=ipns://x/..//evil.test', '/api/gateway//evil.test', '/api/gateway/bafkqaaa//evil.test', '/api/gateway/bafkqaaa/..//evil.test', '/sign-in?to=//evil.test', '/sign-in?to=https://evil.test', '/api/v1/session?to=https://evil.test', '/ipfs/bafkqaaa?redirect=https://evil.test', '/%2f%2fevil.test', '/.//evil.test',
  ]
  test.each(tries)('%s', async (path) => {
    for (const host of own) {
      const to = header(await get(path, host), 'location')
      const { host: next } = new URL(to, `http://${host}`)
      expect([to, next === host || /\.ip[fn]s\.localhost$/.test(next)]).toEqual([to, true])
    }
  })

  test('a host that nobody configured is not repeated in an address', async () => {
    for (const path of ['/', '/ipfs/bafkqaaa', '/api/gateway/bafkqaaa', '/api/v1/instance', '/abuse']) {
      const answer = await get(path, 'evil.test')
      expect([path, header(answer, 'location'), answer.body]).toEqual([path, expect.not.stringContaining('evil.test'), expect.not.stringContaining('evil.test')])
      const forwarded = await get(path, 'dashboard.test', { 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'https', forwarded: 'host=evil.test' })
      expect([path, header(forwarded, 'location'), forwarded.body]).toEqual([path, expect.not.stringContaining('evil.test'), expect.not.stringContaining('evil.test')])
    }
  })
})

describe('what browsers are told', () => {
  const pages = ['/', '/files', '/settings', '/sign-in', '/setup']
  const answers = ['/api/v1/session', '/api/v1/uploads', '/api/v1/keys', '/api/v1/usage', '/api/v1/instance', '/psa/pins', '/web3/user/uploads', '/nft/', '/healthz', '/upload/web', '/nowhere/at-all', '/api/v1/nothing']

  test.each(pages)('%s loads and runs only what is ours, and stands in no frame', async (path) => {
    const answer = await get(path)
    const policy = header(answer, 'content-security-policy')
    expect(policy).toMatch(/(^|; )default-src '(self|none)'/)
    for (const directive of ["frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"]) expect(policy).toContain(directive)
    expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline|\*(?!\.)/)
    expect(header(answer, 'x-content-type-options')).toBe('nosniff')
    expect(header(answer, 'referrer-policy')).toBe('no-referrer')
  })

  test.each(answers)('%s is kept by nobody, taken for nothing else and framed by nobody, with a key, a session or neither', async (path) => {
    for (const credentials of [{}, { authorization: `Bearer ${key}` }, { cookie }] as Record<string, string>[]) {
      const answer = await get(path, 'dashboard.test', credentials)
      expect([path, header(answer, 'x-content-type-options'), header(answer, 'content-security-policy')]).toEqual([path, 'nosniff', expect.stringContaining("frame-ancestors 'none'")])
      if (!header(answer, 'content-type').startsWith('text/html')) expect([path, header(answer, 'cache-control')]).toEqual([path, expect.stringMatching(/no-store|no-cache|private/)])
      expect(header(answer, 'access-control-allow-credentials')).toBe('')
      expect(header(answer, 'server') + header(answer, 'x-powered-by')).toBe('')
    }
  })

  test('content has the type of its name or its first bytes, and no other', async () => {
    const { body } = await api.upload(form({ 'x/picture.png': '<html><script>1</script>', 'x/data.json': '<html>', 'x/nothing': '\0<script>' }))
    for (const name of ['picture.png', 'data.json', 'nothing']) expect(header(await get(`/ipfs/${body.roots[0].cid}/x/${name}`), 'x-content-type-options')).toBe('nosniff')
  })
})
