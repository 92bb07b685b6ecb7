import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { openDb } from '../../packages/server/src/db/index.ts'
import { launchBrowser } from '../../test/support/browser.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { startServer, type TestServer } from '../../test/support/server.ts'
import { inTurn } from '../measure.ts'
import { mostRow, timesRow, type Row } from '../row.ts'
import type { Sizes } from '../sizes.ts'

/** Files in the short list, and of a drop. */
const few = 10
const dropped = 5_000
/** Names in a folder that is listed. */
const named = 10_000
const cid = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'

/** The page of files of an account with very many, beside the same page with ten; what the page does while very many are dropped on it; and what that of the gateway does that lists them. */
export async function filesPage({ uploads, rounds }: Sizes): Promise<Row[]> {
  await using stack = new AsyncDisposableStack()
  const { browser } = stack.adopt(await launchBrowser(), (it) => it.close())
  const open = async (number: number) => {
    const server = stack.adopt(await startServer({ THOLE_NETWORK: 'none', THOLE_RATE_LIMIT: '0' }), (it) => it.stop())
    await server.rest(() => seed(server, number))
    return signIn(browser, server)
  }
  const pages = { [`${few} files`]: await open(few), thole: await open(uploads) }
  const shown = await inTurn(rounds * 5, Object.fromEntries(Object.entries(pages).map(([name, page]) => [name, () => untilShown(page)])) as Record<'thole' | string, () => Promise<number>>)
  const found = await inTurn(rounds * 5, Object.fromEntries(Object.entries(pages).map(([name, page]) => [name, () => untilFound(page)])) as Record<'thole' | string, () => Promise<number>>)
  const rows = await mostRows(pages.thole)
  const { first, longest } = await drop(stack, await open(few), dropped)
  const other = await open(few)
  await drop(stack, other, named)
  const beside = (times: Record<string, number>) => Object.fromEntries(Object.entries(times).filter(([name]) => name !== 'thole'))
  return [
    timesRow({ id: 'files.shown', value: shown.thole!, unit: 'ms', beside: beside(shown) }, 2, `${few} files`),
    timesRow({ id: 'files.found', value: found.thole!, unit: 'ms', beside: beside(found) }, 2, `${few} files`),
    mostRow({ id: 'files.rows', value: rows, unit: 'rows' }, 100),
    mostRow({ id: 'files.drop.first', value: first, unit: 'ms' }, 200),
    mostRow({ id: 'files.drop.task', value: longest, unit: 'ms' }, 100),
    mostRow({ id: 'files.listing.task', value: await listed(stack, browser, other), unit: 'ms' }, 200),
  ]
}

async function seed({ dataFolder, admin }: TestServer, number: number): Promise<void> {
  const db = await openDb({ url: join(dataFolder, 'thole.sqlite') })
  try {
    const account = await db.read((r) => r.accounts.byEmail(admin.email))
    await db.write(async (w) => void (await w.dags.lock(cid, 1)))
    for (let from = 0; from < number; from += 2_000) {
      await db.write(async (w) => {
        for (let i = from; i < Math.min(from + 2_000, number); i++) {
          await w.uploads.insert({ id: `bench-${i}`, accountId: account!.id, name: `holiday ${i}.jpg`, kind: 'file', bytes: 1_000_000 + i, created: 1_700_000_000_000 + i, roots: [{ cid, dag: cid }] })
        }
      })
    }
  } finally {
    await db.close()
  }
}

async function signIn(browser: Browser, { url, admin }: TestServer): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
  await page.goto(`${url}/files`)
  await page.getByLabel('E-mail').first().fill(admin.email)
  await page.getByLabel('Password').first().fill(admin.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.locator('[data-file]').first().waitFor()
  return page
}

/** Milliseconds from asking for the page to its first file, by the clock of the page. */
async function untilShown(page: Page): Promise<number> {
  await page.reload({ waitUntil: 'commit' })
  await page.locator('[data-file]').first().waitFor()
  return page.evaluate(() => performance.now())
}

/** Milliseconds from typing a name to the one file that has it. */
async function untilFound(page: Page): Promise<number> {
  const box = page.getByLabel('Name or CID')
  await box.fill('')
  await page.waitForFunction(() => document.querySelectorAll('[data-file]').length > 5)
  const start = performance.now()
  await box.fill('holiday 7.jpg')
  await page.waitForFunction(() => document.querySelectorAll('[data-file]').length === 1)
  const taken = performance.now() - start
  await box.fill('')
  return taken
}

/** The most rows in the page while one goes down the list. */
async function mostRows(page: Page): Promise<number> {
  let most = 0
  for (let i = 0; i < 30; i++) {
    await page.mouse.wheel(0, 4_000)
    await page.waitForTimeout(50)
    most = Math.max(most, await page.locator('[data-file]').count())
  }
  return most
}

/** Milliseconds until a drop shows how far it is, and the longest task until all of it is stored. */
async function drop(stack: AsyncDisposableStack, page: Page, files: number): Promise<{ first: number; longest: number }> {
  const { path } = stack.use(await temporaryFolder())
  const folder = join(path, 'many')
  await mkdir(folder)
  for (let i = 0; i < files; i += 500) await Promise.all(Array.from({ length: 500 }, (_, j) => writeFile(join(folder, `${i + j}.txt`), `the file ${i + j} `.repeat(20))))
  await page.evaluate(watchTasks)
  await page.evaluate(watchProgress)
  const { x, y, width, height } = (await page.getByText('Drop files or a folder here').boundingBox())!
  const devtools = await page.context().newCDPSession(page)
  const data = { items: [], files: [folder], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await devtools.send('Input.dispatchDragEvent', { type, x: x + width / 2, y: y + height / 2, data })
  await page.locator('li[data-state=stored]').waitFor({ timeout: 120_000 })
  return page.evaluate(() => (window as unknown as { seen: { first: number; longest: number } }).seen)
}

/** The longest task of the page to which the dropped folder leads, until one has gone down some of it. */
async function listed(stack: AsyncDisposableStack, browser: Browser, page: Page): Promise<number> {
  const listing = stack.adopt(await browser.newPage({ viewport: { width: 1280, height: 900 } }), (it) => it.close())
  await listing.addInitScript(watchTasks)
  await listing.goto((await page.locator('li[data-state=stored]').getByRole('link', { name: /^Open/ }).getAttribute('href'))!)
  for (let i = 0; i < 10; i++) {
    await listing.mouse.wheel(0, 4_000)
    await listing.waitForTimeout(50)
  }
  return listing.evaluate(() => (window as unknown as { seen: { longest: number } }).seen.longest)
}

/** These run in the page. */

function watchTasks(): void {
  const seen = { first: Infinity, longest: 0, dropped: 0 }
  Object.assign(window, { seen })
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) seen.longest = Math.max(seen.longest, duration)
  }).observe({ type: 'longtask' })
}

function watchProgress(): void {
  const { seen } = window as unknown as { seen: { first: number; dropped: number } }
  window.addEventListener('drop', () => (seen.dropped = performance.now()), { capture: true })
  new MutationObserver(() => {
    if (seen.dropped > 0 && document.querySelector('[data-state] progress, [data-reading]:not([data-reading="0"])')) seen.first = Math.min(seen.first, performance.now() - seen.dropped)
  }).observe(document.body, { childList: true, subtree: true, attributes: true })
}
