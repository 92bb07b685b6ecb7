import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { client, form } from '../support/api.ts'
import { launchBrowser, type OpenBrowser } from '../support/browser.ts'
import { inlineCid } from '../support/psa.ts'
import { startServer, type TestServer } from '../support/server.ts'

/** Markup that leaves a trace where it becomes part of a page, whether or not its script runs. */
const planted = '<img src=x data-planted onerror="document.documentElement.dataset.ran=1">'
const payloads = [planted, `"><script data-planted>document.documentElement.dataset.ran=1</script>`, `'onmouseover='document.documentElement.dataset.ran=1' data-planted='`, `</title></script><svg data-planted onload=document.documentElement.dataset.ran=1>`, '{{constructor.constructor("document.documentElement.dataset.ran=1")()}}', 'javascript:document.documentElement.dataset.ran=1']

let server: TestServer
let chromium: OpenBrowser
let context: BrowserContext
let page: Page
let site: string

beforeAll(async () => {
  ;[server, chromium] = await Promise.all([startServer({ THOLE_NETWORK: 'none' }), launchBrowser()])
  const key = await server.createKey(['pins:read', 'pins:write', 'upload', 'gateway', 'account', 'admin'])
  const api = client(server.url, key)
  for (const [i, payload] of payloads.entries()) {
    await api.upload(`${i}`, `/api/v1/uploads?name=${encodeURIComponent(payload)}`)
    await api.post('/psa/pins', { cid: inlineCid(String(i)), name: payload, meta: { [payload]: payload }, origins: [`/dns4/x/${payload.replaceAll('/', '_')}`] })
    await api.post('/api/v1/keys', { name: payload, scopes: ['pins:read'] })
  }
  await expect(server.createKey(['pins:read'], '<img/src=x/data-planted>@example.org')).rejects.toThrow('is not an e-mail address')
  await server.createKey(['pins:read'], "'data-planted='{{1}}javascript@example.org")
  const named = await fetch(`${server.url}/api/v1/admin/settings`, { method: 'PATCH', headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` }, body: JSON.stringify({ name: '<b data-planted onerror=1>Harbour</b>' }) })
  const asked = await fetch(`${server.url}/api/v1/access/requests`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${await server.createKey(undefined, 'asks@example.org')}` }, body: JSON.stringify({ purpose: planted, amount: planted, link: 'https://x.example/?"><b data-planted>' }) })
  expect([named.status, asked.status]).toEqual([200, 201])
  await fetch(`${server.url}/abuse`, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ path: `/ipfs/${planted}`, kind: 'other', words: planted, contact: 'a@example.org' }) })
  const names = payloads.map((payload) => `x/${payload.replaceAll('"', '%22').replaceAll('/', '\u2215')}`)
  site = (await api.upload(form(Object.fromEntries(names.map((name, i) => [name, String(i)]))))).body.roots[0].cid

  context = await chromium.browser.newContext()
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => (document.documentElement.dataset.violation = `${violatedDirective} ${blockedURI}`))
  })
  const signedIn = await fetch(`${server.url}/api/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' }, body: JSON.stringify(server.admin) })
  const [name, value] = signedIn.headers.getSetCookie()[0]!.split(';')[0]!.split('=') as [string, string]
  await context.addCookies([{ name, value, url: server.url }])
  page = await context.newPage()
  page.on('dialog', (dialog) => void dialog.dismiss())
})
afterAll(async () => {
  await chromium?.close()
  await server?.stop()
})

/** What a page shows in the end, and that nothing of it is a part of the page. */
async function look(path: string): Promise<string> {
  await page.goto(server.url + path)
  await page.locator('body').waitFor()
  // Rows come after the page: it is looked at until it says the same twice.
  let [before, text] = ['', await page.locator('body').innerText()]
  for (let tries = 0; tries < 20 && (before !== text || text === ''); tries++) {
    await page.waitForTimeout(150)
    ;[before, text] = [text, await page.locator('body').innerText()]
  }
  const found = await page.evaluate(() => ({
    ran: document.documentElement.dataset.ran,
    violation: document.documentElement.dataset.violation,
    planted: document.querySelectorAll('[data-planted]').length,
    links: [...document.querySelectorAll<HTMLAnchorElement>('a[href]')].filter((link) => /^(javascript|data|vbscript):/i.test(link.protocol)).length,
  }))
  expect([path, found]).toEqual([path, { ran: undefined, violation: undefined, planted: 0, links: 0 }])
  return text
}

test('the dashboard shows markup in names, meta, origins, keys, e-mail and reports as text, on each of its pages', async () => {
  const seen = new Map<string, string>()
  const waiting = ['/']
  while (waiting.length > 0 && seen.size < 40) {
    const path = waiting.shift()!
    seen.set(path, await look(path))
    const links = await page.evaluate(() => [...document.querySelectorAll<HTMLAnchorElement>('a[href]')].filter(({ origin }) => origin === location.origin).map(({ pathname }) => pathname))
    for (const link of new Set(links)) if (!seen.has(link) && !waiting.includes(link) && !/^\/(ipfs|ipns|api|abuse|gateway)\b/.test(link)) waiting.push(link)
  }
  // Guards the rest: the rows are really shown.
  expect([...seen].filter(([, text]) => text.includes('data-planted onerror=')).map(([path]) => path).length).toBeGreaterThanOrEqual(3)
}, 120_000)

test('what stands in an address is no part of a page', async () => {
  for (const text of [payloads.join(' '), payloads.at(-1)!].map(encodeURIComponent)) {
    for (const path of [`/${text}`, `/files?q=${text}`, `/pins?name=${text}&status=${text}`, `/pin?cid=${text}`, `/sign-in?to=${text}&error=${text}`, `/setup#token=${text}`, `/invite#token=${text}`, `/abuse?path=${text}`]) await look(path)
  }
}, 120_000)

test('neither in pages of the gateway, where they share its origin', async () => {
  expect(await look(`/ipfs/${site}/x/`)).toContain('data-planted onerror=')
  for (const text of [payloads.join(' '), payloads.at(-1)!].map(encodeURIComponent)) {
    for (const path of [`/ipfs/${site}/x/${text}/more`, `/ipfs/${site}/${text}`, `/ipfs/${text}`, `/ipns/${text}`, `/gateway/web/ipfs/${site}/${text}`, `/api/gateway/${text}`, `/ipfs/?uri=${text}`]) await look(path)
  }
}, 120_000)
