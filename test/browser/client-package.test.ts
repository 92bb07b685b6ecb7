import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, extname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, type OpenBrowser } from '../support/browser.ts'
import { packClient, type PackedClient } from '../support/packed-client.ts'
import { runProgram } from '../support/program.ts'
import { startServer, type TestServer } from '../support/server.ts'

const maxBytes = 60_000
const builtin = /(?:from|import|require)\s*\(?\s*["'`](?:node:|fs|path|crypto|os|stream|http|https|worker_threads|buffer|util)["'`/]/

let server: TestServer
let packed: PackedClient
let key: string

beforeAll(async () => {
  ;[server, packed] = await Promise.all([startServer(), packClient()])
  key = await server.createKey()
}, 120_000)
afterAll(async () => {
  await server?.stop()
  await packed?.[Symbol.asyncDispose]()
})

describe('the package', () => {
  it('has nothing of Node but in its entry for Node, and depends on nothing', async () => {
    const { dependencies } = JSON.parse(await readFile(join(packed.dist, 'package.json'), 'utf8')) as { dependencies?: unknown }
    expect(dependencies).toBeUndefined()
    for (const name of (await readdir(packed.dist)).filter((file) => file.endsWith('.js') && file !== 'node.js')) {
      const text = await readFile(join(packed.dist, name), 'utf8')
      expect([name, builtin.exec(text)?.[0]]).toEqual([name, undefined])
      expect([...text.matchAll(/(?:^|[;}\s])(?:import|export)\b[^;'"]*?from\s*["'](?!\.)([^"']+)["']/g)].map(([, target]) => target)).toEqual([])
    }
  })

  it(`is small: entry and worker have at most ${maxBytes} bytes in gzip; rare hash functions come on demand`, async () => {
    const size = async (name: string) => gzipSync(await readFile(join(packed.dist, name)), { level: 9 }).length
    const names = (await readdir(packed.dist)).filter((name) => name.endsWith('.js'))
    expect(names.sort()).toEqual(['digest.js', 'index.js', 'node.js', 'rare.js', 'worker.js'])
    expect((await size('index.js')) + (await size('digest.js')) + (await size('worker.js'))).toBeLessThanOrEqual(maxBytes)
    expect(await readFile(join(packed.dist, 'index.js'), 'utf8')).toMatch(/import\(["'`]\.\/rare\.js["'`]\)/)
  })

  it('has types that stand alone', async () => {
    await writeFile(join(packed.project, 'use.ts'), `
      import { Thole, TholeError, type Got, type PutResult } from '@thole/client'
      import { fromPath } from '@thole/client/node'
      const thole = new Thole({ url: 'http://127.0.0.1' })
      export const result: Promise<PutResult> = fromPath('x').then(({ content }) => thole.put(content, { onProgress: ({ done }) => console.log(done + 1) }))
      export const got: Promise<Got> = thole.get('x')
      // @ts-expect-error a name is text
      void thole.put(new Uint8Array(), { name: 1 })
      export const code = (error: TholeError) => error.code === 'NOT_FOUND'`)
    const tsc = join(import.meta.dirname, '../../node_modules/typescript/bin/tsc')
    const options = ['--ignoreConfig', '--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--lib', 'es2023,dom,dom.iterable', '--types', '', join(packed.project, 'use.ts')]
    expect(String(await runProgram(process.execPath, [tsc, ...options]).catch((error: unknown) => error))).toBe('')
  })

  it('brings the command thole', async () => {
    const command = join(packed.project, 'node_modules/.bin/thole')
    const env = { ...process.env, THOLE_URL: server.url, THOLE_KEY: key }
    await writeFile(join(packed.project, 'greeting.txt'), 'hello world!')
    const cid = (await runProgram(command, ['put', join(packed.project, 'greeting.txt')], { env })).toString().trim()
    expect(cid).toBe('bafkreidvbhs33ighmljlvr7zbv2ywwzcmp5adtf4kqvlly67cy56bdtmve')
    expect((await runProgram(command, ['get', '-o', '-', cid], { env })).toString()).toBe('hello world!')
  })

  it('works in Node', async () => {
    await writeFile(join(packed.project, 'use.js'), `
      import { Thole } from '@thole/client'
      import { fromPath } from '@thole/client/node'
      const thole = new Thole({ url: process.argv[2], key: process.argv[3] })
      const { content } = await fromPath(process.argv[1])
      const { cid } = await thole.put(content)
      console.log(await (await thole.get(cid)).text())`)
    const out = await runProgram(process.execPath, [join(packed.project, 'use.js'), server.url, key])
    expect(String(out)).toContain("import { Thole } from '@thole/client'")
  })
})

describe('bundled by Vite, in Chromium', () => {
  let chromium: OpenBrowser
  let pages: Server
  let bundled: string

  beforeAll(async () => {
    bundled = await packed.bundle("import * as client from '@thole/client'; window.client = client")
    pages = createServer(async (request, response) => {
      const name = basename(new URL(request.url!, 'http://page').pathname)
      const file = extname(name) === '.js' ? join(bundled, 'assets', name) : join(bundled, 'index.html')
      response.writeHead(200, { 'content-type': extname(name) === '.js' ? 'text/javascript' : 'text/html' }).end(await readFile(file))
    }).listen(0, '127.0.0.1')
    ;[chromium] = await Promise.all([launchBrowser(['--host-resolver-rules=MAP plain.example 127.0.0.1']), once(pages, 'listening')])
  }, 120_000)
  afterAll(async () => {
    pages?.close()
    await chromium?.close()
  })

  it('is a page, a worker, and what comes on demand, without anything of Node', async () => {
    const names = await readdir(join(bundled, 'assets'))
    expect(names.map((name) => name.split('-')[0]).sort()).toEqual(expect.arrayContaining(['index', 'rare', 'worker']))
    for (const name of names) expect(builtin.exec(await readFile(join(bundled, 'assets', name), 'utf8'))?.[0]).toBeUndefined()
  })

  /** `plain.example` is no secure context: there is no `crypto.subtle`. */
  it.each([['127.0.0.1', true], ['plain.example', false]])('on a page of %s it puts a file from a worker and reads it back, checked', async (host, isSecure) => {
    const page = await chromium.browser.newPage()
    const workers: string[] = []
    page.on('worker', (worker) => workers.push(worker.url()))
    await page.goto(`http://${host}:${(pages.address() as AddressInfo).port}/`)
    await page.waitForFunction(() => 'client' in window)
    expect(await page.evaluate(() => [isSecureContext, 'subtle' in crypto])).toEqual([isSecure, isSecure])

    const bytes = randomBytes(12_000_000)
    const { cid, told, sent, text, isSame, object } = await putInPage(page, bytes)
    expect(told).toBe(cid)
    expect(sent).toBeGreaterThan(bytes.length)
    expect(isSame).toBe(true)
    expect(text).toBe('in a folder')
    expect(object).toMatchObject({ name: 'one', file: { '/': cid } })
    expect(workers.some((url) => /worker-[^/]*\.js$/.test(url))).toBe(true)
    const stored = Buffer.from(await (await fetch(`${server.url}/ipfs/${cid}`)).arrayBuffer())
    expect(stored.equals(bytes)).toBe(true)
    await page.close()
  })

  async function putInPage(page: Page, bytes: Buffer) {
    await page.evaluate(() => document.body.append(Object.assign(document.createElement('input'), { type: 'file' })))
    await page.setInputFiles('input', { name: 'file.bin', mimeType: 'application/octet-stream', buffer: bytes })
    return page.evaluate(
      async ([url, key]) => {
        const { Thole } = (window as unknown as { client: typeof import('@thole/client') }).client
        const thole = new Thole({ url: url!, key: key! })
        const file = document.querySelector('input')!.files![0]!
        let told = ''
        const { cid, sent } = await thole.put(file, { partBytes: 4_000_000, onCid: (known) => (told = known) })
        const folder = await thole.put([new File(['in a folder'], 'a.txt')])
        const got = await thole.get(`${folder.cid}/a.txt`)
        const whole = await thole.get(cid)
        if (got.kind !== 'file' || whole.kind !== 'file') throw new Error('not files')
        const { cid: objectCid } = await thole.putObject({ name: 'one', file })
        const object = await thole.get(objectCid)
        const read = await whole.bytes()
        const isSame = read.length === file.size && new Uint8Array(await file.arrayBuffer()).every((byte, i) => byte === read[i])
        return { cid, told, sent, isSame, text: await got.text(), object: object.kind === 'object' ? object.value : undefined }
      },
      [server.url, key],
    )
  }
})
