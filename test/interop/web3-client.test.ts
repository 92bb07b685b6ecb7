import { join } from 'node:path'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { client as plainClient, pattern } from '../support/api.ts'
import { classicFolder as folder, importClassic, noClassicClients as missing, requireClassic } from '../support/classic-clients.ts'
import { temporaryFolder } from '../support/folder.ts'
import { runProgram } from '../support/program.ts'
import { startServer, type TestServer } from '../support/server.ts'

/** What is used of web3.storage. */
interface Upload {
  cid: string
  name: string
  created: string
}
interface Web3Response {
  ok: boolean
  status: number
  files(): Promise<File[]>
}
interface Web3Storage {
  put(files: Iterable<File>, options?: { name?: string; maxChunkSize?: number; wrapWithDirectory?: boolean; maxRetries?: number; onStoredChunk?: (size: number) => void }): Promise<string>
  putCar(car: unknown, options?: { name?: string; maxChunkSize?: number; maxRetries?: number }): Promise<string>
  get(cid: string): Promise<Web3Response>
  status(cid: string): Promise<{ cid: string; dagSize: number; pins: { status: string; peerId: string }[]; deals: unknown[] } | undefined>
  list(options?: { maxResults?: number; before?: string }): AsyncIterable<Upload>
}
interface CarPackage {
  CarReader: { fromBytes(bytes: Uint8Array): Promise<{ getRoots(): Promise<{ toString(): string }[]> }> }
}
interface Package {
  Web3Storage: new (options: { token: string; endpoint: URL; fetch?: typeof fetch; rateLimiter?: () => Promise<void> }) => Web3Storage
  File: typeof File
}

const noWait = () => Promise.resolve()

describe.skipIf(missing)(`the clients of web3.storage${missing ? ` (${missing})` : ''}`, () => {
  let server: TestServer
  let key: string
  let library: Package
  let storage: Web3Storage

  const at = (path: string, more: { fetch?: typeof fetch; token?: string } = {}) => new library.Web3Storage({ token: key, endpoint: new URL(server.url + path), rateLimiter: noWait, ...more })
  const fileOf = (name: string, ...bytes: BlobPart[]) => new library.File(bytes, name)

  beforeAll(async () => {
    server = await startServer({ THOLE_NETWORK: 'none', THOLE_DOORS: 'web3=/w3/,root;nft=root' })
    key = await server.createKey()
    library = await importClassic<Package>('web3.storage/src/lib.js')
    storage = at('/web3/')
  }, 120_000)
  afterAll(() => server?.stop())

  describe.each(['/web3/', '/w3/', '/'])('at %s', (path) => {
    test('puts a file, sees it, gets it back', async () => {
      const one = at(path)
      const bytes = pattern(100_000, path.length)
      const cid = await one.put([fileOf('f – ü 100%.bin', bytes)], { name: `of ${path} – ü %`, maxRetries: 0 })
      expect(await one.status(cid)).toMatchObject({ cid, dagSize: expect.any(Number), pins: [{ status: 'Pinned', peerId: expect.stringMatching(/^12D3KooW/) }], deals: [] })
      const got = await one.get(cid)
      const files = await got.files()
      expect(files.map(({ name }) => name)).toEqual(['f – ü 100%.bin'])
      expect(Buffer.from(await files[0]!.arrayBuffer()).equals(Buffer.from(bytes))).toBe(true)
      const [last] = await Array.fromAsync(one.list({ maxResults: 1 }))
      expect(last).toMatchObject({ cid, name: `of ${path} – ü %` })
    })
  })

  test('the library for CommonJS too', async () => {
    const required = requireClassic<Package>('web3.storage')
    const cid = await new required.Web3Storage({ token: key, endpoint: new URL(`${server.url}/web3/`) }).put([new required.File(['hello world!'], 'f.bin')], { maxRetries: 0 })
    expect(cid).toBe('bafybeif5qll3dfq5gqpp4j7wyn733ax477vd7k4kl7tymrb6cnvop4fut4')
  })

  test('puts many files in folders, and without a folder around them', async () => {
    const files = ['a.txt', 'docs/b.txt', 'docs/deep/c.txt'].map((name) => fileOf(name, `content of ${name}`))
    const cid = await storage.put(files, { maxRetries: 0 })
    const got = await (await storage.get(cid)).files()
    expect((got as (File & { path?: string })[]).map(({ name }) => name).toSorted()).toEqual(['a.txt', 'docs/b.txt', 'docs/deep/c.txt'])
    expect(await (await fetch(`${server.url}/ipfs/${cid}/docs/deep/c.txt`)).text()).toBe('content of docs/deep/c.txt')
    const bare = await storage.put([fileOf('bare.txt', 'hello world!')], { wrapWithDirectory: false, maxRetries: 0 })
    expect(bare).toBe('bafkreidvbhs33ighmljlvr7zbv2ywwzcmp5adtf4kqvlly67cy56bdtmve')
  })

  test('1500 files make the directory that they always made', async () => {
    const cid = await storage.put(Array.from({ length: 1500 }, (_, i) => fileOf(`${i}.json`, `{"i":${i}}`)), { maxRetries: 0 })
    expect(cid).toBe('bafybeiafyk2bg7l7ib654xxkz3i3rrups3kgpjhy24h2nbe77wnngvyiza')
    expect(await (await fetch(`${server.url}/ipfs/${cid}/1234.json`)).json()).toEqual({ i: 1234 })
  })

  test.each([true, false])('puts in small parts, three at once, wrapped: %s', async (wrapWithDirectory) => {
    const bytes = pattern(5 << 20, wrapWithDirectory ? 1 : 2)
    let chunks = 0
    const cid = await storage.put([fileOf('five.bin', bytes)], { maxChunkSize: 1 << 20, wrapWithDirectory, maxRetries: 0, onStoredChunk: () => void chunks++ })
    expect(chunks).toBeGreaterThan(4)
    expect((await storage.status(cid))?.pins[0]?.status).toBe('Pinned')
    const [file] = await (await storage.get(cid)).files()
    expect(Buffer.from(await file!.arrayBuffer()).equals(Buffer.from(bytes))).toBe(true)
  })

  test('parts out of order and sent twice; one that is lost leaves it open until it is put again', async () => {
    const bytes = pattern(4 << 20, 3)
    const parts: [string, RequestInit][] = []
    const holdBack = (async (url, init) => {
      parts.push([String(url), init!])
      const { readCar } = await import('@thole/dag')
      const body = new Uint8Array(init!.body as ArrayBuffer)
      const { roots } = await readCar((async function* () { yield body })())
      return Response.json({ cid: roots[0]!.toString() })
    }) as typeof fetch
    const cid = await at('/web3/', { fetch: holdBack }).put([fileOf('four.bin', bytes)], { maxChunkSize: 1 << 20, maxRetries: 0 })
    expect(parts.length).toBeGreaterThan(3)
    const lost = parts.at(-1)!
    const rest = parts.slice(0, -1)
    const send = ([url, init]: [string, RequestInit]) => fetch(url, init)
    expect((await Promise.all([...rest.toReversed(), rest[0]!].map(send))).map(({ status }) => status)).toEqual(Array.from({ length: parts.length }, () => 200))
    const usage = () => plainClient(server.url, key).json('/api/v1/usage')
    expect((await storage.status(cid))?.pins[0]?.status).toBe('Pinning')
    expect((await send(lost)).status).toBe(200)
    expect((await storage.status(cid))?.pins[0]?.status).toBe('Pinned')
    const once = (await usage()).body.bytes
    for (const part of parts) await send(part)
    expect((await usage()).body.bytes).toBe(once)
  })

  test('a CAR of ipfs-car, whose root comes last, by putCar and the command line', async () => {
    await using place = await temporaryFolder({ 'in/a.txt': 'A', 'in/docs/b.bin': pattern(3 << 20, 9) })
    const car = join(place.path, 'out.car')
    await runProgram(process.execPath, [join(folder, 'node_modules/ipfs-car/bin.js'), 'pack', join(place.path, 'in'), '--output', car])
    const { CarReader } = await importClassic<CarPackage>('@ipld/car/esm/car.js')
    const reader = await CarReader.fromBytes(await readFile(car))
    const [root] = await reader.getRoots()
    expect(await storage.putCar(reader, { name: 'packed', maxRetries: 0 })).toBe(root!.toString())
    expect(await w3('put-car', car, '--no-retry')).toContain(root!.toString())
    expect((await storage.status(root!.toString()))?.pins[0]?.status).toBe('Pinned')
    const fromPipe = await runProgram(process.execPath, [join(folder, 'node_modules/ipfs-car/bin.js'), 'pack', join(place.path, 'in')])
    const answer = await fetch(`${server.url}/web3/car`, { method: 'POST', body: fromPipe as BodyInit, headers: { authorization: `Bearer ${key}` } })
    expect([answer.status, (await answer.json()).code]).toEqual([400, 'ERROR_INVALID_CAR'])
  })

  test('a status of what is not here, an error in words, a key that is wrong', async () => {
    const unknown = 'bafkreiaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
    expect(await storage.status(unknown)).toBeUndefined()
    expect(await storage.get(unknown)).toMatchObject({ ok: false, status: 404 })
    await expect(at('/web3/', { token: 'wrong' }).put([fileOf('a', 'a')], { maxRetries: 0 })).rejects.toThrow(/key is not known/)
    await expect(at('/', { token: 'wrong' }).put([fileOf('a', 'a')], { maxRetries: 0 })).rejects.toThrow(/key is not known/)
    await expect(storage.put([fileOf('a', 'a')], { name: 'x'.repeat(300), maxRetries: 0 })).rejects.toThrow(/longer than 255/)
  })

  test('lists all, newest first, page by page', async () => {
    const other = await server.createKey(undefined, 'lister@example.org')
    const sender = plainClient(`${server.url}/web3`, other)
    for (let i = 0; i < 120; i++) await sender.upload(`number ${i}`, '/upload')
    const lister = at('/web3/', { token: other })
    const all = await Array.fromAsync(lister.list())
    expect(new Set(all.map(({ cid }) => cid)).size).toBe(120)
    expect(all.map(({ created }) => Date.parse(created))).toEqual(all.map(({ created }) => Date.parse(created)).toSorted((a, b) => b - a))
    for (const maxResults of [5, 100, 101]) expect(await Array.fromAsync(lister.list({ maxResults }))).toEqual(all.slice(0, maxResults))
    const pages: Upload[] = []
    for (let page = 1; page <= 3; page++) pages.push(...(await sender.json(`/user/uploads?page=${page}&size=50&sortBy=Date&sortOrder=Desc`)).body)
    expect(pages).toEqual(all)
  })

  /** The command line of web3.storage, with settings of nobody. */
  async function w3(...args: string[]): Promise<string> {
    const home = await mkdtemp(join(tmpdir(), 'thole-w3-'))
    try {
      const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: home } as Record<string, string>
      const [command, ...rest] = args
      return (await runProgram(process.execPath, [join(folder, 'node_modules/@web3-storage/w3/bin.js'), command!, '--api', `${server.url}/web3/`, '--token', key, ...rest], { env })).toString()
    } finally {
      await rm(home, { recursive: true, force: true })
    }
  }

  /** It says on lines of their own whom it asks. */
  function jsonIn<T>(text: string): T[] {
    const json = text.replace(/^⁂.*$/gm, '').trim()
    return json.startsWith('{\n') ? [JSON.parse(json) as T] : json.split('\n').map((line) => JSON.parse(line) as T)
  }

  test('w3 put, list, status, get', async () => {
    await using place = await temporaryFolder({ 'in/hello.txt': 'hello from w3', 'in/docs/more.txt': 'more' })
    const put = await w3('put', join(place.path, 'in'), '--name', 'by w3', '--no-retry')
    const cid = /bafy\w+/.exec(put)![0]
    const [listed] = jsonIn<Upload>(await w3('list', '--json'))
    expect(listed).toMatchObject({ cid, name: 'by w3' })
    expect(jsonIn(await w3('status', cid))[0]).toMatchObject({ cid, pins: [{ status: 'Pinned' }] })
    const out = join(place.path, 'out')
    await w3('get', cid, '--output', out)
    expect(await readFile(join(out, 'in/hello.txt'), 'utf8').catch(() => readFile(join(out, 'hello.txt'), 'utf8'))).toBe('hello from w3')
  })

  test('curl, at a host of its own', async () => {
    await using place = await temporaryFolder({ 'file.txt': 'by curl' })
    const host = ['-s', '--connect-to', `web3.localhost:3000:127.0.0.1:${new URL(server.url).port}`]
    const authorization = ['-H', `Authorization: Bearer ${key}`]
    const curl = async (...args: string[]) => JSON.parse((await runProgram('curl', [...host, ...args])).toString())
    const { cid } = await curl('-X', 'POST', '--data-binary', `@${join(place.path, 'file.txt')}`, ...authorization, 'http://web3.localhost:3000/upload')
    expect(cid).toMatch(/^bafkrei/)
    expect(await curl(`http://web3.localhost:3000/status/${cid}`)).toMatchObject({ cid, dagSize: 7, pins: [{ status: 'Pinned' }], deals: [] })
    const pin = await curl('-X', 'POST', 'http://web3.localhost:3000/pins', '--header', 'Accept: */*', '--header', `Authorization: Bearer ${key}`, '--header', 'Content-Type: application/json', '-d', JSON.stringify({ cid, name: 'PreciousData.pdf' }))
    expect(pin).toMatchObject({ status: 'pinned', pin: { cid, name: 'PreciousData.pdf' } })
    const pins = await curl('-X', 'GET', 'http://web3.localhost:3000/pins', '--header', 'Accept: */*', ...authorization)
    expect(pins.results[0]).toMatchObject({ requestid: pin.requestid })
    const status = await runProgram('curl', [...host, '-o', '/dev/null', '-w', '%{http_code}', '-X', 'DELETE', `http://web3.localhost:3000/pins/${pin.requestid}`, ...authorization])
    expect(status.toString()).toBe('202')
  })
})
