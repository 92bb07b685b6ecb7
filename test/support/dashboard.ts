import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { launchBrowser, type OpenBrowser } from './browser.ts'
import { startServer, type TestServer } from './server.ts'

/** Where screenshots are kept. */
const artefacts = process.env.THOLE_ARTEFACTS || join(import.meta.dirname, '../../artefacts')

/** A server, a browser and a fresh page for each test; nothing on the page may fail, break its CSP, or lead elsewhere. */
export function useDashboard(options: BrowserContextOptions = {}) {
  let server: TestServer
  let chromium: OpenBrowser
  let folder: string
  let context: BrowserContext
  let page: Page
  let accidents: string[]

  beforeAll(async () => {
    ;[server, chromium, folder] = await Promise.all([startServer(), launchBrowser(), mkdtemp(join(tmpdir(), 'thole-drop-'))])
  })
  afterAll(async () => {
    await chromium?.close()
    await server?.stop()
    await rm(folder, { recursive: true, force: true })
  })
  beforeEach(async () => {
    accidents = []
    context = await chromium.browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'], locale: 'en-GB', ...options })
    page = await openPage()
  })
  afterEach(async () => {
    await context.close()
    expect(accidents).toEqual([])
  })

  async function openPage(): Promise<Page> {
    const fresh = await context.newPage()
    fresh.setDefaultTimeout(10_000)
    fresh.on('pageerror', (error) => accidents.push(error.message))
    fresh.on('console', (message) => message.text().includes('Content Security Policy') && accidents.push(message.text()))
    fresh.on('request', (request) => !request.url().startsWith(server.url) && !request.url().startsWith('blob:') && accidents.push(request.url()))
    return fresh
  }

  return {
    get server() {
      return server
    },
    get browser() {
      return chromium.browser
    },
    get context() {
      return context
    },
    get page() {
      return page
    },
    /** What is dropped may come from here. */
    get folder() {
      return folder
    },
    openPage,

    async signIn(path = '/'): Promise<void> {
      await page.goto(`${server.url}${path}`)
      await page.getByLabel('E-mail').first().fill(server.admin.email)
      await page.getByLabel('Password').first().fill(server.admin.password)
      await page.getByRole('button', { name: 'Sign in', exact: true }).click()
      await page.getByRole('navigation', { name: 'Main' }).or(page.getByRole('button', { name: 'Menu' })).first().waitFor()
    },

    /** Drops files or folders of the disk on the page, as a hand would. */
    async drop(...paths: string[]): Promise<void> {
      const area = page.getByText('Drop files or a folder here')
      await area.scrollIntoViewIfNeeded()
      const { x, y, width, height } = (await area.boundingBox())!
      const devtools = await context.newCDPSession(page)
      const data = { items: [], files: paths, dragOperationsMask: 1 }
      for (const type of ['dragEnter', 'dragOver'] as const) await devtools.send('Input.dispatchDragEvent', { type, x: x + width / 2, y: y + height / 2, data })
      await page.getByText('Let go to upload').waitFor()
      await devtools.send('Input.dispatchDragEvent', { type: 'drop', x: x + width / 2, y: y + height / 2, data })
    },

    choose: (name: string, text: string) => page.getByTestId('files').setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) }),
    transfer: (name: string) => page.locator('li[data-state]').filter({ hasText: name }),

    async screenshot(name: string): Promise<void> {
      await mkdir(artefacts, { recursive: true })
      await page.screenshot({ path: join(artefacts, `${name}.png`) })
    },
  }
}

/** The page answers when the server did. */
export const eventually = <T>(read: () => Promise<T> | T) => expect.poll(read, { timeout: 10_000 })
