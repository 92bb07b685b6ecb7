import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchBrowser, type OpenBrowser } from '../support/browser.ts'
import { startServer } from '../support/server.ts'

/** A page that reports what it can reach. Where its script does not run, the words stay as they are. */
const hostile = (home: string) => `<!doctype html>
<title>hostile</title>
<p id="ran">script did not run</p>
<p id="cookie">unread</p>
<p id="session">unread</p>
<script>
  const tell = (id, text) => { document.getElementById(id).textContent = text }
  tell('ran', 'script ran')
  try { tell('cookie', 'cookies: ' + document.cookie) } catch (error) { tell('cookie', 'cookies: ' + error.name) }
  fetch('${home}/api/v1/session', { credentials: 'include' })
    .then((response) => response.text())
    .then((text) => tell('session', 'read: ' + text), (error) => tell('session', 'refused: ' + error.name))
</script>`

let server: Awaited<ReturnType<typeof startServer>>
let chromium: OpenBrowser
let context: BrowserContext
let page: Page
let cid: string

beforeAll(async () => {
  ;[server, chromium] = await Promise.all([startServer(), launchBrowser()])
  const upload = await fetch(`${server.url}/api/v1/uploads?name=hostile.html`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await server.createKey()}`, 'content-type': 'text/html' },
    body: hostile(server.url),
  })
  const { roots } = (await upload.json()) as { roots: { cid: string }[] }
  cid = roots[0]?.cid ?? ''
  context = await chromium.browser.newContext()
  page = await context.newPage()
  await page.goto(server.url)
  await page.getByLabel('E-mail').fill(server.admin.email)
  await page.getByLabel('Password').fill(server.admin.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('Drop files or a folder here').waitFor()
})
afterAll(async () => {
  await chromium?.close()
  await server?.stop()
})

const told = (id: string) => page.locator(`#${id}`).textContent()

/** Guards the tests below: the browser does hold a session that a script of the dashboard can use. */
it('is signed in, as the dashboard itself can see', async () => {
  const status = await page.evaluate(async () => (await fetch('/api/v1/session')).status)
  expect(status).toBe(200)
  expect(await page.evaluate(() => document.cookie)).toBe('')
})

it('runs no script of a page under /ipfs/, which shares the origin of the dashboard', async () => {
  const answer = await page.goto(`${server.url}/ipfs/${cid}`)
  expect(answer?.status()).toBe(200)
  expect(answer?.headers()['content-type']).toContain('text/html')
  expect(answer?.headers()['content-security-policy']).toContain('sandbox')
  expect(await page.title()).toBe('hostile')
  expect([await told('ran'), await told('cookie'), await told('session')]).toEqual(['script did not run', 'unread', 'unread'])
  // The document has an opaque origin: even code that got in could not act as the dashboard.
  expect(await page.evaluate(() => self.origin)).toBe('null')
})

it('does not run it inside of a frame either', async () => {
  await page.goto(server.url)
  await page.evaluate((address) => {
    const frame = document.createElement('iframe')
    frame.src = address
    document.body.append(frame)
    return new Promise((resolve) => frame.addEventListener('load', resolve))
  }, `/ipfs/${cid}`)
  const frame = page.frames().find((candidate) => candidate !== page.mainFrame())
  // Refused as a frame, or framed without script: both are safe.
  const ran = await frame?.evaluate(() => document.getElementById('ran')?.textContent ?? 'refused')
  expect(ran).toMatch(/^(script did not run|refused)$/)
})

it('runs it on the subdomain, where it has no cookie and cannot read the session', async () => {
  const answer = await page.goto(`http://${cid}.ipfs.localhost:${new URL(server.url).port}/`)
  expect(answer?.status()).toBe(200)
  await expect.poll(() => told('ran')).toBe('script ran')
  expect(await told('cookie')).toBe('cookies: ')
  await expect.poll(() => told('session')).toMatch(/^refused: /)
  expect(await answer?.request().headerValue('cookie')).toBeNull()
})

it('leaves the session alone', async () => {
  await page.goto(server.url)
  await page.getByText('Drop files or a folder here').waitFor()
})

/** The same page where it runs, at the origin of its root, while its visitor is signed in at the host above it. */
const trying = (home: string) => `<!doctype html>
<title>trying</title>
<ul id="told"></ul>
<script type="module">
  const told = []
  const attempt = async (name, run) => {
    let end
    try { end = await run() } catch (error) { end = 'refused: ' + error.name }
    told.push(name + ' = ' + end)
  }
  const text = async (response) => response.type === 'opaque' ? 'opaque' : response.status + ' ' + await response.text()
  const all = { credentials: 'include' }
  await attempt('cookie', () => document.cookie || 'none')
  await attempt('set', () => { document.cookie = 'thole.session=${'x'.repeat(43)}; Domain=localhost; Path=/'; return document.cookie || 'none' })
  for (const path of ['/api/v1/session', '/api/v1/keys', '/gateway/web/ipfs/bafkqabdtmfwwk']) await attempt('read ' + path, async () => text(await fetch('${home}' + path, all)))
  await attempt('forge', async () => text(await fetch('${home}/api/v1/keys', { ...all, method: 'POST', mode: 'no-cors', headers: { 'content-type': 'text/plain' }, body: '{"name":"forged"}' })))
  await attempt('upload', async () => text(await fetch('${home}/upload/web', { ...all, method: 'POST', mode: 'no-cors', body: 'forged' })))
  await attempt('frame', () => new Promise((resolve) => {
    const frame = document.createElement('iframe')
    frame.src = '${home}/'
    frame.onload = () => { try { resolve('reached ' + frame.contentWindow.document.title) } catch (error) { resolve('refused: ' + error.name) } }
    document.body.append(frame)
  }))
  document.getElementById('told').append(...told.map((line) => { const item = document.createElement('li'); item.textContent = line; return item }))
  document.title = 'done'
</script>`

it('a page at the origin of its own root reads, sets and forges nothing of the session on the host above it', async () => {
  const { port } = new URL(server.url)
  const home = `http://localhost:${port}`
  const key = await server.createKey()
  const upload = await fetch(`${server.url}/api/v1/uploads?name=trying.html`, { method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'text/html' }, body: trying(home) })
  const { roots } = (await upload.json()) as { roots: [{ cid: string }] }
  const signedIn = await chromium.browser.newContext()
  const visitor = await signedIn.newPage()
  await visitor.goto(home)
  await visitor.getByLabel('E-mail').fill(server.admin.email)
  await visitor.getByLabel('Password').fill(server.admin.password)
  await visitor.getByRole('button', { name: 'Sign in' }).click()
  await visitor.getByText('Drop files or a folder here').waitFor()
  const keyIds = () => visitor.evaluate(async () => ((await (await fetch('/api/v1/keys')).json()) as { keys: { id: string }[] }).keys.map(({ id }) => id))
  const before = await keyIds()
  expect(before).not.toEqual([])

  await visitor.goto(`${home}/ipfs/${roots[0].cid}`)
  expect(new URL(visitor.url()).host).toBe(`${roots[0].cid}.ipfs.localhost:${port}`)
  await visitor.waitForFunction(() => document.title === 'done')
  const told = Object.fromEntries((await visitor.locator('li').allTextContents()).map((line) => line.split(' = ') as [string, string]))
  expect(told).toEqual({
    cookie: 'none',
    set: expect.any(String),
    'read /api/v1/session': 'refused: TypeError',
    'read /api/v1/keys': 'refused: TypeError',
    'read /gateway/web/ipfs/bafkqabdtmfwwk': 'refused: TypeError',
    forge: 'opaque',
    upload: 'opaque',
    frame: 'refused: SecurityError',
  })

  await visitor.goto(home)
  await visitor.getByText('Drop files or a folder here').waitFor()
  expect(await keyIds()).toEqual(before)
  expect(await visitor.evaluate(async () => ((await (await fetch('/api/v1/uploads')).json()) as { count: number }).count)).toBe(2)
  await signedIn.close()
})

it('runs no script of a page behind the session door', async () => {
  const answer = await page.goto(`${server.url}/gateway/web/ipfs/${cid}`)
  expect(answer?.status()).toBe(200)
  expect([await told('ran'), await told('cookie'), await told('session')]).toEqual(['script did not run', 'unread', 'unread'])
  expect(await page.evaluate(() => self.origin)).toBe('null')
})
