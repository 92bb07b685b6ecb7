import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { seriousViolations } from '../support/axe.ts'
import { launchBrowser, type OpenBrowser } from '../support/browser.ts'
import { startServer } from '../support/server.ts'

let server: Awaited<ReturnType<typeof startServer>>
let chromium: OpenBrowser
/** What is dropped comes from here. */
let folder: string
let context: BrowserContext
let page: Page
/** What the page must never cause: script errors, refusals by its own CSP, requests to other hosts. */
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
  context = await chromium.browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] })
  page = await context.newPage()
  page.setDefaultTimeout(10_000)
  page.on('pageerror', (error) => accidents.push(error.message))
  page.on('console', (message) => message.text().includes('Content Security Policy') && accidents.push(message.text()))
  page.on('request', (request) => !request.url().startsWith(server.url) && accidents.push(request.url()))
})
afterEach(async () => {
  await context.close()
  expect(accidents).toEqual([])
})

async function signIn() {
  await page.goto(server.url)
  await page.getByLabel('E-mail').fill(server.admin.email)
  await page.getByLabel('Password').fill(server.admin.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('Drop files or a folder here').waitFor()
}

/** Drops files or folders of the disk on the page, as a hand would. */
async function drop(...paths: string[]) {
  const { x, y, width, height } = (await page.getByText('Drop files or a folder here').boundingBox())!
  const devtools = await context.newCDPSession(page)
  const data = { items: [], files: paths, dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver'] as const) await devtools.send('Input.dispatchDragEvent', { type, x: x + width / 2, y: y + height / 2, data })
  await page.getByText('Let go to upload').waitFor()
  await devtools.send('Input.dispatchDragEvent', { type: 'drop', x: x + width / 2, y: y + height / 2, data })
}

/** The page answers when the server did. */
const eventually = <T>(read: () => Promise<T> | T) => expect.poll(read, { timeout: 10_000 })
const choose = (name: string, text: string) => page.getByTestId('files').setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) })
const transfer = (name: string) => page.locator('li[data-state]').filter({ hasText: name })
const pinRow = (name: string) => page.locator('li[data-cid]').filter({ hasText: name })
const clipboard = () => page.evaluate(() => navigator.clipboard.readText())
const sideways = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

describe('signing in', () => {
  it('asks who comes, and says when the password is wrong', async () => {
    await page.goto(`${server.url}/keys`)
    await page.getByLabel('E-mail').fill(server.admin.email)
    await page.getByLabel('Password').fill('not the password')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await eventually(() => page.getByRole('alert').textContent()).toContain('E-mail or password is wrong')
    expect(await seriousViolations(page)).toEqual([])

    await page.getByLabel('Password').fill(server.admin.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Keys' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/keys')
  })

  it('forgets who was there after signing out', async () => {
    await signIn()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Password').waitFor()
    await page.goto(`${server.url}/uploads`)
    await page.getByLabel('Password').waitFor()
  })
})

describe('uploading', () => {
  beforeEach(signIn)

  it('takes a dropped file, shows its CID, lists it as pinned and copies its links', async () => {
    await writeFile(join(folder, 'hello.txt'), 'hello from a browser')
    await drop(join(folder, 'hello.txt'))
    await eventually(() => transfer('hello.txt').getAttribute('data-state')).toBe('stored')
    const cid = (await transfer('hello.txt').getByTestId('cid').textContent()) ?? ''
    expect(cid).toMatch(/^baf[a-z2-7]{56}$/)
    await eventually(() => pinRow('hello.txt').locator('[data-status]').textContent()).toBe('Pinned')
    expect(await pinRow('hello.txt').getAttribute('data-cid')).toBe(cid)

    await transfer('hello.txt').getByRole('button', { name: 'Copy CID' }).first().click()
    await eventually(clipboard).toBe(cid)
    await transfer('hello.txt').getByRole('button', { name: 'Copy gateway link' }).click()
    await eventually(clipboard).toBe(`${server.url}/ipfs/${cid}`)
    await transfer('hello.txt').getByRole('button', { name: 'Copy subdomain link' }).click()
    await eventually(clipboard).toBe(`http://${cid}.ipfs.localhost:${new URL(server.url).port}`)
    await transfer('hello.txt').getByRole('button', { name: 'Copy ipfs:// URI' }).click()
    await eventually(clipboard).toBe(`ipfs://${cid}`)

    const served = await fetch(`${server.url}/ipfs/${cid}`)
    expect(await served.text()).toBe('hello from a browser')
  })

  it('shows the progress of a large file', async () => {
    const slow = await context.newCDPSession(page)
    await slow.send('Network.enable')
    await slow.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 4 * 2 ** 20 })
    await choose('large.bin', 'x'.repeat(6 * 2 ** 20))
    const bar = page.getByRole('progressbar', { name: 'Upload of large.bin' })
    await eventually(async () => Number(await bar.getAttribute('value'))).toBeGreaterThan(0)
    expect(await transfer('large.bin').textContent()).toMatch(/of 6 MiB.* %/)
    await eventually(() => transfer('large.bin').getAttribute('data-state')).toBe('stored')
  })

  it('stops an upload that is cancelled, and lists nothing of it', async () => {
    // Much more than fits into the buffers on the way; a hole on the disk, so cheap.
    await writeFile(join(folder, 'regretted.bin'), '')
    await truncate(join(folder, 'regretted.bin'), 2 ** 30)
    await page.getByTestId('files').setInputFiles(join(folder, 'regretted.bin'))
    await page.getByRole('progressbar', { name: 'Upload of regretted.bin' }).waitFor()
    await transfer('regretted.bin').getByRole('button', { name: 'Cancel' }).click()
    await eventually(() => transfer('regretted.bin').count()).toBe(0)
    await page.getByRole('link', { name: 'Uploads' }).click()
    // The number comes with the list.
    await page.getByRole('heading', { name: /^Uploads \d+$/ }).waitFor()
    expect(await page.getByText('regretted.bin').count()).toBe(0)
  })

  it('makes one folder of several files', async () => {
    await writeFile(join(folder, 'one.txt'), '1')
    await writeFile(join(folder, 'two.txt'), '2')
    await drop(join(folder, 'one.txt'), join(folder, 'two.txt'))
    await eventually(() => transfer('2 files').getAttribute('data-state')).toBe('stored')
    const cid = await transfer('2 files').getByTestId('cid').textContent()
    expect(await (await fetch(`${server.url}/ipfs/${cid}/two.txt`)).text()).toBe('2')
  })

  it('takes a dropped folder as the root, with what is inside', async () => {
    await mkdir(join(folder, 'site/img'), { recursive: true })
    await writeFile(join(folder, 'site/index.html'), '<h1>site</h1>')
    // More than the hundred that one reading of a folder yields.
    await Promise.all(Array.from({ length: 120 }, (_, index) => writeFile(join(folder, `site/img/${index}.txt`), `${index}`)))
    await drop(join(folder, 'site'))
    await eventually(() => transfer('site').getAttribute('data-state')).toBe('stored')
    const cid = await transfer('site').getByTestId('cid').textContent()
    const read = async (path: string) => (await fetch(`${server.url}/ipfs/${cid}/${path}`)).text()
    expect([await read('index.html'), await read('img/0.txt'), await read('img/119.txt')]).toEqual(['<h1>site</h1>', '0', '119'])
    await eventually(() => pinRow('site').locator('[data-status]').textContent()).toBe('Pinned')
  })

  it('asks what to do with a CAR, and says what is wrong with a broken one', async () => {
    await choose('broken.car', 'this is no CAR')
    await transfer('broken.car').getByRole('button', { name: 'Unpack it, keep its CIDs' }).click()
    await eventually(() => transfer('broken.car').getAttribute('data-state')).toBe('failed')
    expect(await transfer('broken.car').getByRole('alert').textContent()).toContain('CAR')
    await transfer('broken.car').getByRole('button', { name: 'Store it as a file' }).click()
    await eventually(() => transfer('broken.car').getAttribute('data-state')).toBe('stored')
  })
})

describe('pins', () => {
  beforeEach(signIn)

  it("tells the server's word about an invalid CID", async () => {
    await page.getByLabel('CID', { exact: true }).fill('nonsense')
    await page.getByRole('button', { name: 'Pin it' }).click()
    await eventually(() => page.getByRole('alert').textContent()).toContain('Not a valid CID')
  })

  it('shows a pin that waits, finds it by status and name, and deletes it', async () => {
    // A CID that nobody has.
    await page.getByLabel('CID', { exact: true }).fill('bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy')
    await page.getByLabel('Name', { exact: true }).last().fill('nowhere to be found')
    await page.getByText('Where it may be found').click()
    await page.getByLabel('Origins').fill('/ip4/127.0.0.1/tcp/9/p2p/12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5')
    await page.getByRole('button', { name: 'Pin it' }).click()
    const status = pinRow('nowhere to be found').locator('[data-status]')
    await eventually(() => status.getAttribute('data-status')).toMatch(/^(queued|pinning)$/)
    await eventually(() => pinRow('nowhere to be found').textContent()).toMatch(/could be reached.*\/p2p\/.* Next try at/)
    await page.getByRole('button', { name: 'Details of nowhere to be found' }).click()
    await eventually(() => page.getByRole('list', { name: 'Who was asked' }).textContent()).toMatch(/^\/ip4\/127\.0\.0\.1\/tcp\/9\/p2p\/\w+ failed: /)
    await eventually(() => pinRow('nowhere to be found').textContent()).toMatch(/Tried\d+ times?Next try.*Given up/)
    expect(await seriousViolations(page)).toEqual([])

    await page.getByRole('button', { name: 'Failed', exact: true }).click()
    await page.getByText('No such pins').waitFor()
    await page.getByRole('button', { name: 'Show all' }).click()
    await page.getByLabel('Search by name').fill('NOWHERE')
    await eventually(() => new URL(page.url()).searchParams.get('name')).toBe('NOWHERE')
    await eventually(() => page.locator('li[data-cid]').count()).toBe(1)

    await page.getByRole('button', { name: 'Delete nowhere to be found' }).click()
    expect(await seriousViolations(page)).toEqual([])
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByText('No such pins').waitFor()
  })
})

it('makes a key, shows it once, and revokes it', async () => {
  await signIn()
  await page.getByRole('link', { name: 'Keys' }).click()
  await page.getByRole('heading', { name: 'Keys' }).waitFor()
  await page.getByLabel('Name').fill('from the page')
  await page.getByRole('button', { name: 'Create key' }).click()
  const key = (await page.getByTestId('key').textContent()) ?? ''
  const ask = () => fetch(`${server.url}/psa/pins`, { headers: { authorization: `Bearer ${key}` } }).then(({ status }) => status)
  expect(await ask()).toBe(200)
  expect(await page.getByText('ipfs pin remote service add thole').textContent()).toContain(key)

  await page.reload()
  await page.getByRole('button', { name: 'Revoke from the page' }).waitFor()
  expect(await page.content()).not.toContain(key)
  await page.getByRole('button', { name: 'Revoke from the page' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await eventually(ask).toBe(401)
})

describe.each([
  { size: 'phone', width: 360, height: 740, colorScheme: 'light' },
  { size: 'wide', width: 1400, height: 900, colorScheme: 'dark' },
] as const)('$size, $colorScheme', ({ width, height, colorScheme }) => {
  it('fits, and axe finds nothing serious on any page', async () => {
    await page.setViewportSize({ width, height })
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await signIn()
    await choose(`${'a very long name '.repeat(8)}.txt`, `for ${width}`)
    await eventually(() => transfer('a very long name').getAttribute('data-state')).toBe('stored')
    await page.getByRole('button', { name: /^Details of/ }).first().click()
    for (const place of ['Home', 'Uploads', 'Keys']) {
      await page.getByRole('link', { name: place, exact: true }).click()
      await page.getByRole('heading', { level: 1 }).waitFor()
      expect(await sideways(), place).toBe(0)
      expect(await seriousViolations(page), place).toEqual([])
    }
  })
})
