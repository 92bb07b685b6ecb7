import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { deflateSync } from 'node:zlib'
import type { AxeResults } from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { client, form } from '../support/api.ts'
import { launchBrowser, type OpenBrowser } from '../support/browser.ts'
import { startServer } from '../support/server.ts'

/** A one-colour PNG. */
function png(red: number, green: number, blue: number): Uint8Array {
  const size = 64
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type), data])
    const length = Buffer.alloc(4)
    length.writeUInt32BE(data.length)
    const check = Buffer.alloc(4)
    check.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, check])
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(size, 0)
  head.writeUInt32BE(size, 4)
  head.set([8, 2], 8)
  const row = Buffer.concat([Buffer.alloc(1), ...Array.from({ length: size }, () => Buffer.from([red, green, blue]))])
  const rows = Buffer.concat(Array.from({ length: size }, () => row))
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))])
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}

const long = 'a name that is so long that it does not fit into one line of a telephone, whatever its owner thinks of that.txt'
const files = {
  'box/photos/sea.png': png(40, 120, 190),
  'box/photos/wood.png': png(60, 130, 70),
  'box/photos/broken.png': 'no image at all',
  'box/a film.mp4': 'x'.repeat(3_000_000),
  'box/song.mp3': 'y',
  'box/drawing.svg': '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><circle cx="32" cy="32" r="30" fill="#c33"/></svg>',
  'box/page.html': '<h1>x</h1>',
  'box/paper.pdf': '%PDF-1.4',
  'box/source.tar.gz': 'z',
  'box/LICENSE': 'free',
  'box/<b>odd & ü.txt': 'odd',
  [`box/${long}`]: 'long',
}

let server: Awaited<ReturnType<typeof startServer>>
let chromium: OpenBrowser
let cid: string

beforeAll(async () => {
  ;[server, chromium] = await Promise.all([startServer({ THOLE_ABUSE_CONTACT: 'abuse@example.org' }), launchBrowser()])
  const { body } = await client(server.url, await server.createKey()).upload(form(files))
  cid = body.roots[0].cid
})
afterAll(async () => {
  await chromium?.close()
  await server?.stop()
})

let axe: string | undefined

/** Whatever axe finds, however small. */
async function violations(page: Page): Promise<string[]> {
  axe ??= await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  await page.evaluate(axe)
  const found = await page.evaluate<AxeResults>('axe.run(document)')
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
}

const looks = [
  { colorScheme: 'light', width: 1200 },
  { colorScheme: 'dark', width: 1200 },
  { colorScheme: 'light', width: 360 },
  { colorScheme: 'dark', width: 360 },
] as const

async function open(browser: Browser, { colorScheme, width }: (typeof looks)[number]): Promise<Page> {
  // What a page needs, it has without script.
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 } })
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  return page
}

const absent = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'

describe.each(looks)('in $colorScheme at $width pixels', (look) => {
  it.each([
    ['a directory', () => `/ipfs/${cid}/box/`, 'Index of'],
    ['images', () => `/ipfs/${cid}/box/photos/`, 'Index of'],
    ['what is not here', () => `/ipfs/${absent}`, 'Not found here'],
    ['a name that is not there', () => `/ipfs/${cid}/box/none/at/all`, 'Not found here'],
    ['an address that is none', () => '/ipfs/nonsense', 'This address is not valid'],
    ['reporting abuse', () => `/abuse?path=/ipfs/${cid}`, 'Report abuse'],
    ['a door of people', () => `/gateway/web/ipfs/${cid}`, 'Please sign in'],
  ])('%s reads well', async (_, path, heading) => {
    const page = await open(chromium.browser, look)
    const errors: string[] = []
    page.on('console', (message) => void (message.type() === 'error' && /Content Security Policy/.test(message.text()) && errors.push(message.text())))
    await page.goto(server.url + path())
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain(heading)
    expect(await violations(page)).toEqual([])
    // Nothing is cut off, and nothing has to be scrolled sideways.
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
    expect(errors).toEqual([])
    await page.context().close()
  })
})

describe('a directory', () => {
  it('shows names, types, sizes and previews, and leads up, down and away', async () => {
    const page = await open(chromium.browser, looks[0])
    await page.goto(`${server.url}/ipfs/${cid}/`)
    await page.getByRole('link', { name: 'box', exact: true }).click()
    const row = (name: string) => page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) })
    expect(await row('a film.mp4').innerText()).toMatch(/MP4 video\s+2\.9 MiB/)
    expect(await row('<b>odd & ü.txt').innerText()).toMatch(/Text/)
    expect(await row('drawing.svg').locator('img').evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth))).toBe(64)
    await page.getByRole('link', { name: 'photos', exact: true }).click()
    await expect.poll(() => row('sea.png').locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(64)
    expect(await page.getByText('3 entries').count()).toBe(1)
    const tar = page.waitForEvent('download')
    await page.getByRole('link', { name: 'TAR' }).click()
    expect((await tar).suggestedFilename()).toBe('photos.tar')
    const car = page.waitForEvent('download')
    await page.getByRole('link', { name: 'CAR' }).click()
    expect((await car).suggestedFilename()).toBe('photos.car')
    await page.getByRole('link', { name: 'box', exact: true }).click()
    await page.getByRole('link', { name: '<b>odd & ü.txt' }).click()
    expect(await page.locator('body').innerText()).toBe('odd')
    await page.context().close()
  })

  it('at the origin of its own root, too', async () => {
    const page = await open(chromium.browser, looks[0])
    const { port } = new URL(server.url)
    await page.goto(`http://localhost:${port}/ipfs/${cid}/box/photos/`)
    expect(new URL(page.url()).host).toBe(`${cid}.ipfs.localhost:${port}`)
    await expect.poll(() => page.locator('img').last().evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0)
    await page.getByRole('link', { name: 'Report abuse' }).click()
    expect(new URL(page.url()).host).toBe(`localhost:${port}`)
    expect(await page.getByLabel('Which content').inputValue()).toBe(`/ipfs/${cid}/box/photos/`)
    await page.context().close()
  })
})

it('an abuse report is sent without script, and waits for the admins', async () => {
  const page = await open(chromium.browser, looks[2])
  await page.goto(`${server.url}/ipfs/${cid}/box/`)
  await page.getByRole('link', { name: 'Report abuse' }).click()
  expect(await page.getByRole('link', { name: 'abuse@example.org' }).getAttribute('href')).toBe('mailto:abuse@example.org')
  await page.getByLabel('What is wrong with it').selectOption('copyright')
  await page.getByLabel('In your words').fill('Mine, ünd not yours!')
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText('Your report waits').waitFor()
  expect(await violations(page)).toEqual([])
  await page.context().close()
  const admin = client(server.url, await server.createKey(['admin']))
  const { body } = await admin.json('/api/v1/abuse-reports')
  expect(body).toMatchObject({ count: 1, reports: [{ path: `/ipfs/${cid}/box/`, kind: 'copyright', words: 'Mine, ünd not yours!' }] })
  expect(body.reports[0].contact).toBeUndefined()
})
