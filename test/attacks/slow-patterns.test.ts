import { afterAll, beforeAll, expect, test } from 'vitest'
import { client, form, type Client } from '../support/api.ts'
import { inlineCid } from '../support/psa.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { say } from './raw.ts'

let server: TestServer
let api: Client
let site: string

beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none' })
  api = client(server.url, await server.createKey())
  const name = `${'a'.repeat(250)}`
  for (let i = 0; i < 300; i++) await api.post('/psa/pins', { cid: inlineCid(String(i)), name, meta: { key: 'a'.repeat(200) } })
  const rules = Array.from({ length: 900 }, (_, i) => `/${':a/'.repeat(20)}${i}/* /x/:splat 301`).join('\n')
  site = (await api.upload(form({ 'x/index.html': 'home', 'x/_redirects': rules.slice(0, 60_000) }))).body.roots[0].cid
})
afterAll(() => server?.stop())

/** Longest that others waited while this was answered; generous, since a pattern that runs away takes minutes. */
const mostMs = 2_000

async function delay(work: Promise<unknown>): Promise<number> {
  let slowest = 0
  let over = false
  const done = work.finally(() => (over = true))
  while (!over) {
    const begun = performance.now()
    await (await fetch(`${server.url}/healthz`)).text()
    slowest = Math.max(slowest, performance.now() - begun)
  }
  await done
  return slowest
}

const patterns = ['%a'.repeat(120), '_%'.repeat(120), 'a%'.repeat(126), '*a'.repeat(120), '(a+)+$'.repeat(40), '\\'.repeat(250), '[a-'.repeat(80), 'a'.repeat(254) + 'b']

test.each(patterns)('a name like %j is looked for as it is', async (name) => {
  const ask = async (match: string) => {
    const { status, body } = await api.json(`/psa/pins?match=${match}&name=${encodeURIComponent(name)}&status=queued,pinning,pinned,failed`)
    expect([match, status, body.count]).toEqual([match, 200, 0])
  }
  expect(await delay(Promise.all(['exact', 'iexact', 'partial', 'ipartial'].map(ask)))).toBeLessThan(mostMs)
})

const headers: [string, string][] = [
  ['accept', 'a/'.repeat(7_000)], ['accept', ','.repeat(15_000)], ['accept', 'text/html;q='.repeat(1_200)], ['accept', `${' '.repeat(15_000)}x`], ['accept', 'application/vnd.ipld.car;'.repeat(600)], ['range', `bytes=${'0-0,'.repeat(3_500)}`], ['range', `bytes=${'9'.repeat(15_000)}-`],
  ['if-none-match', '"a",'.repeat(3_700)], ['if-none-match', `"${'\\"'.repeat(7_000)}`], ['authorization', `Bearer ${' '.repeat(15_000)}x`], ['authorization', `Bearer ${'a.'.repeat(7_000)}`], ['cookie', 'thole.session=x; '.repeat(900)], ['content-type', `multipart/form-data; ${'boundary='.repeat(1_600)}`],
  ['x-forwarded-for', '1.1.1.1, '.repeat(1_600)], ['x-name', '%25'.repeat(5_000)], ['content-disposition', '"\\'.repeat(7_000)], ['origin', `http://${'a.'.repeat(7_000)}`], ['accept-language', 'a-'.repeat(7_000)], ['user-agent', '('.repeat(15_000)],
]

test.each(headers)('%s of thousands of characters keeps nobody waiting', async (name, value) => {
  const paths = [`/ipfs/${site}/x/`, `/ipfs/${site}/x/nowhere`, '/psa/pins', '/api/v1/uploads', '/web3/user/uploads', '/', `/routing/v1/providers/${site}`, '/api/v1/session']
  const ask = async (path: string) => {
    const [answer] = await say(server.url, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${name}: ${value}\r\n\r\n`)
    expect([path, answer?.status]).toEqual([path, expect.toSatisfy((status: number) => status < 500)])
  }
  expect(await delay(Promise.all(paths.map(ask)))).toBeLessThan(mostMs)
})

test('paths that many rules of a site nearly fit keep nobody waiting', async () => {
  const ask = async (path: string) => {
    const [answer] = await say(server.url, `GET ${path} HTTP/1.1\r\nHost: ${site}.ipfs.localhost\r\nConnection: close\r\n\r\n`)
    expect(answer?.status).toBeLessThan(600)
  }
  expect(await delay(Promise.all([`/x/${'a/'.repeat(5_000)}`, `/${'%2f'.repeat(4_000)}`, `/${'../'.repeat(4_000)}`, `/x/${':a/'.repeat(3_000)}`].map(ask)))).toBeLessThan(mostMs)
})

test('queries, e-mail addresses and CIDs that are long and nearly right keep nobody waiting', async () => {
  const json = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' }
  const work = [
    fetch(`${server.url}/api/v1/session`, { method: 'POST', headers: json, body: JSON.stringify({ email: `${'a@'.repeat(100)}`, password: 'x' }) }),
    fetch(`${server.url}/api/v1/session`, { method: 'POST', headers: json, body: JSON.stringify({ email: `${'a.'.repeat(400_000)}@x`, password: 'x' }) }),
    api.json(`/psa/pins?cid=${'Qm'.repeat(3_000)}`), api.json(`/psa/pins?before=${'2020-'.repeat(2_000)}`), api.json(`/psa/pins?${'meta[a]=b&'.repeat(1_400)}`), api.json(`/psa/pins?meta=${'['.repeat(14_000)}`),
    api.json('/psa/pins', { method: 'POST', headers: json, body: '['.repeat(900_000) }), api.json('/psa/pins', { method: 'POST', headers: json, body: JSON.stringify({ cid: `z${'1'.repeat(900_000)}` }) }), api.json('/api/v1/blocks/missing', { method: 'POST', headers: json, body: JSON.stringify({ cids: Array(1_000).fill(`z${'1'.repeat(127)}`) }) }),
    api.post('/psa/pins', { cid: inlineCid('x'), origins: Array(500).fill(`/dns4/${'a.'.repeat(500)}/tcp/1`) }),
  ]
  expect(await delay(Promise.all(work))).toBeLessThan(mostMs)
  for (const answer of await Promise.all(work)) expect(answer.status).toBeLessThan(500)
})
