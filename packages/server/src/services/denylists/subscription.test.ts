import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CID } from 'multiformats/cid'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Denylists } from '../../ports/denylists.ts'
import { type DenylistOptions, openDenylists } from './index.ts'

const bad = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'
const worse = 'bafkqabdtmfwwk'

let folder: string
let server: Server
let url: string
let lists: Denylists | undefined
let asked: IncomingMessage['headers'][]
let answer: (outgoing: ServerResponse, headers: IncomingMessage['headers']) => void
const log = { debug() {}, info() {}, warn() {}, error() {} }

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thole-followed-'))
  asked = []
  server = createServer((incoming, outgoing) => {
    asked.push(incoming.headers)
    answer(outgoing, incoming.headers)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/lists/bad%20ones.deny`
})
afterEach(async () => {
  await lists?.close()
  server.closeAllConnections()
  server.close()
  await rm(folder, { recursive: true })
})

const open = async (options: Partial<DenylistOptions> = {}) => (lists = await openDenylists({ places: [url], copies: folder, log, watchEvery: 10, fetchEvery: 20, ...options }))
const rule = (cid: string) => lists!.find(CID.parse(cid))?.rule
const source = () => lists!.lists()[0]!.source!
const gives = (text: string, headers: Record<string, string> = {}) => (outgoing: ServerResponse) => void outgoing.writeHead(200, headers).end(text)

test('a list is in force at the start, asked for again only if it changed, and in force when it did', async () => {
  answer = (outgoing, { 'if-none-match': known }) => (known === '"one"' ? void outgoing.writeHead(304).end() : gives(`name: Them\n---\n/ipfs/${bad}\n`, { etag: '"one"' })(outgoing))
  await open()
  expect(rule(bad)).toBe('Them:3')
  expect(lists!.lists()).toMatchObject([{ place: url, name: 'Them', rules: 1, problems: [], source: { error: undefined } }])
  await expect.poll(() => asked.length).toBeGreaterThan(2)
  expect(asked.slice(1).every((headers) => headers['if-none-match'] === '"one"')).toBe(true)
  answer = gives(`/ipfs/${worse}\n`, { 'last-modified': 'Sat, 21 Nov 2026 00:00:00 GMT' })
  await expect.poll(() => rule(worse)).toMatch(/^badones|^bad20ones-[0-9a-f]{8}:1$/)
  expect(rule(bad)).toBeUndefined()
  await expect.poll(() => asked.at(-1)!['if-modified-since']).toBe('Sat, 21 Nov 2026 00:00:00 GMT')
})

test('where the source fails, or gives what is no list, the last good copy stays in force, also after a restart', async () => {
  answer = gives(`/ipfs/${bad}\n`)
  await open()
  const { changed } = source()
  for (const failure of [
    (outgoing: ServerResponse) => void outgoing.writeHead(503).end('later'),
    (outgoing: ServerResponse) => void outgoing.destroy(),
    gives('version: 9\n---\n'),
    gives(''),
    gives('name: Them\n---\n# nothing any more\n'),
    gives('<!doctype html>\n<title>Sign in</title>\n<p>to this network</p>\n'),
    gives(`<ul>\n<li>\n/ipfs/${worse}\n</ul>`),
    gives(`#${'x'.repeat(2_000)}`),
    (outgoing: ServerResponse) => void outgoing.writeHead(200, { 'content-length': '1000' }).end(`/ipfs/${worse}\n`.repeat(2)).destroy(),
  ]) {
    answer = failure
    await lists!.close()
    const before = asked.length
    await open({ maxBytes: 1_000 })
    await expect.poll(() => source().error).toBeDefined()
    expect(asked.length).toBeGreaterThan(before)
    expect([rule(bad), rule(worse), source().changed]).toEqual([expect.stringMatching(/:1$/), undefined, changed])
  }
  expect((await readdir(folder)).toSorted()).toEqual([expect.stringMatching(/\.deny$/), expect.stringMatching(/\.deny\.json$/)])
})

test('notes of a copy that is lost, or is another one, are not believed: the list is asked for as a whole', async () => {
  answer = (outgoing, { 'if-none-match': known }) => (known === '"one"' ? void outgoing.writeHead(304).end() : gives(`/ipfs/${bad}\n`, { etag: '"one"' })(outgoing))
  for (const spoil of [(file: string) => rm(file), (file: string) => writeFile(file, '')]) {
    await open()
    expect(rule(bad)).toMatch(/:1$/)
    await lists!.close()
    const copy = (await readdir(folder)).find((name) => name.endsWith('.deny'))!
    await spoil(join(folder, copy))
  }
  await open()
  expect(rule(bad)).toMatch(/:1$/)
})

test('a source that never had anything keeps nobody from starting, and says so', async () => {
  answer = (outgoing) => void outgoing.writeHead(404).end()
  await open()
  expect(lists!.isEmpty).toBe(true)
  expect(lists!.lists()).toMatchObject([{ place: url, name: undefined, rules: 0, source: { error: 'its server answers 404', checked: undefined } }])
})
