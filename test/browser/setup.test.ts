import { afterAll, beforeAll, expect, it } from 'vitest'
import { seriousViolations } from '../support/axe.ts'
import { launchBrowser, type OpenBrowser } from '../support/browser.ts'
import { startServer } from '../support/server.ts'

let server: Awaited<ReturnType<typeof startServer>>
let chromium: OpenBrowser

beforeAll(async () => {
  ;[server, chromium] = await Promise.all([startServer({ THOLE_ADMIN_EMAIL: '', THOLE_ADMIN_PASSWORD: '' }), launchBrowser()])
})
afterAll(async () => {
  await chromium?.close()
  await server?.stop()
})

it('makes the first admin with the link that the server printed, once', async () => {
  const page = await chromium.browser.newPage()
  page.setDefaultTimeout(10_000)
  const printed = () => /http\S+\/setup#token=\S+/.exec(server.output())?.[0]
  await expect.poll(printed, { timeout: 10_000 }).toBeTruthy()
  const link = printed() ?? ''

  // Without the link the page says where to find it.
  await page.goto(server.url)
  await page.getByLabel('Set-up link').waitFor()
  expect(new URL(page.url()).pathname).toBe('/setup')

  await page.goto('about:blank')
  await page.goto(link)
  await page.getByLabel('E-mail').fill('first@example.org')
  expect(page.url()).toBe(`${server.url}/setup`)
  expect(await page.getByText('– set now').count()).toBe(1)
  expect(await seriousViolations(page)).toEqual([])
  await page.getByLabel('Password').fill('a sentence is the best password')
  await page.getByRole('button', { name: 'Create the admin' }).click()
  await page.getByText('Drop files or a folder here').waitFor()
  await page.getByText('Nothing is kept here yet').waitFor()

  await page.goto('about:blank')
  await page.goto(link)
  await page.getByRole('heading', { name: 'Thole is set up' }).waitFor()
  await page.close()
})
