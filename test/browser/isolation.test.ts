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
