import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchBrowser, type OpenBrowser } from '../support/browser.ts'
import { inlineCid } from '../support/psa.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let chromium: OpenBrowser
/** Somebody else's page: another port is another origin. */
let elsewhere: Server
let page: Page
let key: string

beforeAll(async () => {
  ;[server, chromium] = await Promise.all([startServer({ THOLE_NETWORK: 'none', THOLE_RATE_LIMIT: '20' }), launchBrowser()])
  key = await server.createKey()
  elsewhere = createServer((_, outgoing) => void outgoing.writeHead(200, { 'content-type': 'text/html' }).end('<title>elsewhere</title>'))
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
  page = await (await chromium.browser.newContext()).newPage()
  await page.goto(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`)
})
afterAll(async () => {
  await chromium?.close()
  await server?.stop()
  elsewhere?.close()
})

interface Call {
  path: string
  method?: string
  key?: string
  body?: object
}

/** What a page sees of an answer; it throws where the browser keeps it away. */
function ask({ path, method, key: shown = key, body }: Call) {
  const init = { method, headers: { authorization: `Bearer ${shown}`, 'content-type': 'application/json' }, body: body && JSON.stringify(body) }
  return page.evaluate(
    async ({ url, init }) => {
      const answer = await fetch(url, init)
      const text = await answer.text()
      return { status: answer.status, body: text === '' ? undefined : JSON.parse(text), remaining: Number(answer.headers.get('x-ratelimit-remaining')), retryAfter: answer.headers.get('retry-after') }
    },
    { url: `${server.url}/psa${path}`, init },
  )
}

it('row 37: a page of another origin adds, reads, replaces and deletes with a key', async () => {
  const added = await ask({ path: '/pins', method: 'POST', body: { cid: inlineCid('page') } })
  expect([added.status, added.body.status]).toEqual([202, 'pinned'])
  expect(added.remaining).toBeGreaterThan(0)
  const replaced = await ask({ path: `/pins/${added.body.requestid}`, method: 'POST', body: { cid: inlineCid('page'), name: 'anew' } })
  expect((await ask({ path: `/pins/${replaced.body.requestid}` })).body.pin.name).toBe('anew')
  expect((await ask({ path: `/pins/${replaced.body.requestid}`, method: 'DELETE' })).status).toBe(202)
})

it('row 37: it can read what went wrong, the limits too', async () => {
  expect(await ask({ path: '/pins', key: 'wrong' })).toMatchObject({ status: 401, body: { error: { reason: 'UNAUTHORIZED' } } })
  expect(await ask({ path: '/pins?limit=0' })).toMatchObject({ status: 400, body: { error: { reason: 'BAD_REQUEST' } } })
  expect(await ask({ path: '/pins/none' })).toMatchObject({ status: 404, body: { error: { reason: 'NOT_FOUND' } } })
  const many = await Promise.all(Array.from({ length: 30 }, () => ask({ path: '/pins' })))
  expect(many.find(({ status }) => status === 429)).toMatchObject({ body: { error: { reason: 'RATE_LIMITED' } }, remaining: 0, retryAfter: expect.stringMatching(/^[1-9]$/) })
})
