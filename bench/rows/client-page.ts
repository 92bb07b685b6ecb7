import { open, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { basename, extname, join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '../../test/support/browser.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { packClient } from '../../test/support/packed-client.ts'
import { newBytes } from '../bytes.ts'
import { inTurn, peakMemory, rate, residentMemory } from '../measure.ts'
import { mostRow, shareRow, type Row } from '../row.ts'
import type { Sizes } from '../sizes.ts'

/**
 * A page that puts one large file, with everything but the network: its worker reads, cuts and hashes it, and CARs are made of it. Beside it,
 * SHA-256 by WebCrypto of as many bytes that are in memory, and of the same bytes as they are read, which is the most that one worker can do.
 */
export async function clientPage({ large, rounds }: Sizes): Promise<Row[]> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await temporaryFolder())
  const packed = stack.use(await packClient())
  const { browser } = stack.adopt(await launchBrowser(), (it) => it.close())
  const page = await openPage(stack, browser, await packed.bundle("import * as client from '@thole/client'; window.client = client"))
  const path = join(folder.path, 'file')
  await writeNew(path, large)
  await page.setInputFiles('input', path)

  const idle = await renderersMemory(browser, residentMemory)
  const { thole: value, ...beside } = await inTurn(rounds, {
    'WebCrypto SHA-256': async () => rate(large, await page.evaluate(hashMemory, large)),
    'reading and WebCrypto': async () => rate(large, await page.evaluate(hashFile)),
    async thole() {
      const { seconds, bytes } = await page.evaluate(makeCars)
      if (bytes < large) throw new Error(`the CARs have ${bytes} bytes`)
      return rate(large, seconds)
    },
  })
  const most = await renderersMemory(browser, peakMemory)
  return [shareRow({ id: 'client.page', value, unit: 'MB/s', beside }, 0.75, 'WebCrypto SHA-256'), mostRow({ id: 'client.page.memory', value: most - idle, unit: 'MB' }, 200)]
}

async function openPage(stack: AsyncDisposableStack, browser: Browser, bundled: string): Promise<Page> {
  const server = createServer(async (request, response) => {
    const name = basename(request.url!)
    const isScript = extname(name) === '.js'
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' }).end(await readFile(isScript ? join(bundled, 'assets', name) : join(bundled, 'index.html')))
  }).listen(0, '127.0.0.1')
  stack.defer(() => void server.close())
  await once(server, 'listening')
  const page = await browser.newPage()
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  await page.waitForFunction(() => 'client' in window)
  await page.evaluate(() => document.body.append(Object.assign(document.createElement('input'), { type: 'file' })))
  return page
}

/** Of all processes that show pages, MB. */
async function renderersMemory(browser: Browser, memory: (pid: number) => Promise<number>): Promise<number> {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  await session.detach()
  const sizes = await Promise.all(processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => memory(id)))
  return sizes.reduce((sum, size) => sum + size, 0)
}

async function writeNew(file: string, length: number): Promise<void> {
  await using handle = await open(file, 'w')
  for (const piece of newBytes(length)) await handle.write(piece)
}

/** These run in the page, and give seconds. */

async function hashMemory(length: number): Promise<number> {
  const piece = new Uint8Array(2 ** 20).fill(7)
  const start = performance.now()
  for (let at = 0; at < length; at += piece.length) await crypto.subtle.digest('SHA-256', piece)
  return (performance.now() - start) / 1000
}

async function hashFile(): Promise<number> {
  const file = document.querySelector('input')!.files![0]!
  const reader = file.stream().getReader({ mode: 'byob' })
  let room = new ArrayBuffer(2 ** 20)
  let filled = 0
  const start = performance.now()
  for (let next = await reader.read(new Uint8Array(room)); !next.done; next = await reader.read(new Uint8Array(room, filled))) {
    room = next.value.buffer
    filled = (filled + next.value.length) % room.byteLength
    if (filled === 0) await crypto.subtle.digest('SHA-256', room)
  }
  return (performance.now() - start) / 1000
}

async function makeCars(): Promise<{ seconds: number; bytes: number }> {
  const { Thole } = (window as unknown as { client: typeof import('@thole/client') }).client
  const file = document.querySelector('input')!.files![0]!
  let bytes = 0
  /** A server that lacks everything and takes everything. */
  const nowhere = async (url: RequestInfo | URL, { body }: RequestInit = {}): Promise<Response> => {
    if (String(url).includes('/blocks/missing')) return Response.json({ missing: (JSON.parse(String(body)) as { cids: string[] }).cids })
    if (body instanceof Blob) bytes += body.size
    return Response.json({ id: String(bytes) })
  }
  const start = performance.now()
  await new Thole({ url: location.href, fetch: nowhere }).put(file)
  return { seconds: (performance.now() - start) / 1000, bytes }
}
